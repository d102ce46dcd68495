import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '#base/log.ts';
import { eventually } from '#base/wait.ts';
import { type Endpoint, startRelay } from './relay.ts';

let folder: string;
let server: Server | undefined;
const connections = new Set<Socket>();

/** Answers with what it got, once the caller has ended. */
async function echoAtEnd(path: string): Promise<void> {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    socket.on('error', () => {});
    void text(socket).then(
      (got) => socket.end(`got ${got}`),
      () => {},
    );
  });
  await new Promise<void>((resolve) => server?.listen(path, resolve));
}

function ask(endpoint: Endpoint, message: string): Promise<string> {
  const socket = connect({ ...endpoint, allowHalfOpen: true });
  socket.end(message);
  return text(socket);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timonel-relay-'));
});
afterEach(async () => {
  for (const socket of connections) socket.destroy();
  connections.clear();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

describe('startRelay', () => {
  it('carries TCP to a unix socket, with the end of one direction before the other', async () => {
    await echoAtEnd(join(folder, 'target'));
    await using relay = await startRelay({
      listen: { host: '127.0.0.1', port: 0 },
      target: { path: join(folder, 'target') },
      log: silentLogger,
    });
    expect(await ask(relay.address, 'ping')).toBe('got ping');
  });

  it('chains: TCP to unix socket to TCP', async () => {
    await echoAtEnd(join(folder, 'target'));
    const door = { path: join(folder, 'door') };
    await using inner = await startRelay({
      listen: { host: '127.0.0.1', port: 0 },
      target: { path: join(folder, 'target') },
      log: silentLogger,
    });
    await using _middle = await startRelay({ listen: door, target: inner.address, log: silentLogger });
    await using outer = await startRelay({ listen: { host: '127.0.0.1', port: 0 }, target: door, log: silentLogger });
    expect(await ask(outer.address, 'far')).toBe('got far');
  });

  it('asks for the target anew with each connection', async () => {
    await echoAtEnd(join(folder, 'target'));
    const targets = [join(folder, 'nobody'), join(folder, 'target')];
    await using relay = await startRelay({
      listen: { path: join(folder, 'relay') },
      target: () => ({ path: targets.shift() ?? '' }),
      log: silentLogger,
    });
    expect(await ask(relay.address, 'a').catch(() => '')).toBe('');
    expect(await ask(relay.address, 'b')).toBe('got b');
  });

  it('listens again where a crash left its socket file', async () => {
    await echoAtEnd(join(folder, 'target'));
    const listen = { path: join(folder, 'relay') };
    const target = { path: join(folder, 'target') };
    const { writeFile } = await import('node:fs/promises');
    await writeFile(listen.path, '');
    await using _relay = await startRelay({ listen, target, log: silentLogger });
    expect(await ask(listen, 'x')).toBe('got x');
  });

  it('ends its connections and removes its socket when disposed', async () => {
    await echoAtEnd(join(folder, 'target'));
    const listen = { path: join(folder, 'relay') };
    const relay = await startRelay({ listen, target: { path: join(folder, 'target') }, log: silentLogger });
    const socket = connect(listen);
    socket.on('error', () => {});
    await eventually(() => connections.size === 1);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await relay[Symbol.asyncDispose]();
    await closed;
    await expect(stat(listen.path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
