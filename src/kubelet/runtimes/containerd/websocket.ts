import { once } from 'node:events';
import WebSocket from 'ws';
import { RuntimeCallFailed } from '../errors.ts';

/** Opens one of the CRI's streaming URLs. @throws {RuntimeCallFailed} with the runtime's words when it refuses. */
export async function openStreamingUrl(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), ['v4.channel.k8s.io'], { perMessageDeflate: false });
  socket.once('unexpected-response', (_request, response) => {
    let body = '';
    response.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    response.on('end', () => socket.emit('error', new Error(body.trim() || `status ${response.statusCode}`)));
  });
  try {
    await once(socket, 'open');
  } catch (error) {
    throw new RuntimeCallFailed('Unavailable', error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
  return socket;
}

/** One message of the channel protocol: the channel's number, then the bytes. */
export function onChannel(socket: WebSocket, receive: (channel: number, bytes: Buffer) => void): void {
  socket.on('message', (data: Buffer) => {
    if (data.length > 0) receive(data[0] ?? 0, data.subarray(1));
  });
}

/** Resolves when the bytes are handed to the network, so that writers feel its pressure. */
export function sendOn(socket: WebSocket, channel: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(Buffer.concat([Buffer.of(channel), bytes]), (error) => (error ? reject(error) : resolve()));
  });
}
