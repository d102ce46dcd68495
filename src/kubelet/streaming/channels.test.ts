import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { ProcessStreams } from '../runtimes/runtime.ts';
import { join } from './channels.ts';
import { webSocketChannels } from './web-socket-channels.ts';

const wants = { stdin: false, stdout: true, stderr: false };
let server: WebSocketServer;
let client: WebSocket;
let inside: WebSocket;
beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  [inside] = (await accepted) as [WebSocket];
  await once(client, 'open');
});
afterEach(async () => {
  client.terminate();
  await new Promise((resolve) => server.close(resolve));
});

describe('a process joined to a client', () => {
  it('sends its status only after all of its output', async () => {
    const chunks = Array.from({ length: 64 }, (_, index) => Buffer.alloc(16_384, index));
    const order: (number | undefined)[] = [];
    let bytes = 0;
    client.on('message', (message: Buffer) => {
      order.push(message[0]);
      if (message[0] === 1) bytes += message.length - 1;
    });
    const closed = once(client, 'close');
    const channels = webSocketChannels(inside, wants);
    for (const chunk of chunks) channels.stdout?.write(chunk);
    await channels.finish({ metadata: {}, status: 'Success' });
    await closed;
    expect(bytes).toBe(64 * 16_384);
    expect(order.indexOf(3)).toBe(order.length - 1);
  });

  it('is ended when the client left while it was being started', async () => {
    const channels = webSocketChannels(inside, wants);
    let isDisposed = false;
    const streams: ProcessStreams = {
      stdin: undefined,
      stdout: new PassThrough(),
      stderr: Readable.from([]),
      resize: async () => {},
      exited: new Promise(() => {}),
      [Symbol.asyncDispose]: async () => {
        isDisposed = true;
      },
    };
    await join(channels, async () => {
      client.terminate();
      await once(inside, 'close');
      return streams;
    });
    expect(isDisposed).toBe(true);
  });

  it('does not wait for an output that ended before anybody listened', { timeout: 3000 }, async () => {
    const closed = once(client, 'close');
    const stderr = Readable.from([]).resume();
    await once(stderr, 'close');
    await join(webSocketChannels(inside, { ...wants, stderr: true }), async () => ({
      stdin: undefined,
      stdout: Readable.from([]),
      stderr,
      resize: async () => {},
      exited: Promise.resolve(0),
      [Symbol.asyncDispose]: async () => {},
    }));
    await closed;
  });
});
