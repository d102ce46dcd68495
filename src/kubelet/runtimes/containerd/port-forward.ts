import { Duplex } from 'node:stream';
import type WebSocket from 'ws';
import type { Cri } from './cri.ts';
import { onChannel, openStreamingUrl, sendOn } from './websocket.ts';

const DATA = 0;
const ERROR = 1;
/** Each channel's first message repeats the port (2 bytes, little endian). */
const PORT_BYTES = 2;

/** A connection to a port on the pod's loopback, made by the runtime inside the pod's network namespace. */
export async function forwardPort(cri: Cri, podSandboxId: string, port: number): Promise<Duplex> {
  const { url } = await cri.runtime<{ url: string }>('PortForward', { podSandboxId, port: [port] });
  const socket = await openStreamingUrl(`${url}?port=${port}`);
  return duplexOver(socket);
}

function duplexOver(socket: WebSocket): Duplex {
  const greeted = new Set<number>();
  const duplex = new Duplex({
    allowHalfOpen: true,
    read: () => socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void sendOn(socket, DATA, chunk).then(() => done(), done),
    destroy(error, done) {
      socket.close();
      done(error);
    },
  });
  onChannel(socket, (channel, bytes) => {
    if (!greeted.has(channel) && bytes.length === PORT_BYTES) return void greeted.add(channel);
    if (channel === ERROR) return void duplex.destroy(new Error(bytes.toString('utf8')));
    if (channel === DATA && bytes.length > 0 && !duplex.push(bytes)) socket.pause();
  });
  socket.on('error', (error) => duplex.destroy(error));
  socket.once('close', () => {
    if (!duplex.destroyed) duplex.push(null);
  });
  return duplex;
}
