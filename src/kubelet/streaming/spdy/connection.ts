import { Duplex } from 'node:stream';
import {
  controlFrame,
  dataFrame,
  FLAG_FIN,
  type Frame,
  frameParser,
  GOAWAY,
  PING,
  RST_STREAM,
  SYN_REPLY,
  SYN_STREAM,
  WINDOW_UPDATE,
  words,
} from './frame.ts';
import { type HeaderCodec, type Headers, headerCodec } from './headers.ts';

/** One stream of a connection; half-closed on each side by itself. */
export interface SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: Headers;
}

export interface SpdyConnection {
  /** Resolves when the other side is gone. */
  readonly closed: Promise<void>;
  /** Says GOAWAY and ends the connection once all is written. */
  close(): void;
}

const CANCEL = 5;
const CHUNK = 32 * 1024;

/**
 * The server side of SPDY/3.1 over any byte stream. Peers here (client-go's spdystream) keep no send windows, so
 * neither do we: a slow reader holds the connection back instead.
 */
export function serveSpdy(socket: Duplex, onStream: (stream: SpdyStream) => void): SpdyConnection {
  const streams = new Map<number, SpdyStream>();
  const codec = headerCodec();
  let drained: Promise<void> | undefined;
  const send = async (bytes: Buffer): Promise<void> => {
    if (socket.destroyed || socket.writableEnded || socket.write(bytes)) return;
    drained ??= eitherOf(socket, 'drain').finally(() => {
      drained = undefined;
    });
    await drained;
  };
  const handlers = { streams, codec, send, onStream };
  const closed = read(socket, handlers).finally(() => {
    for (const stream of streams.values()) stream.destroy();
    codec[Symbol.dispose]();
    socket.destroy();
  });
  return {
    closed,
    close() {
      if (socket.destroyed) return;
      const last = Math.max(0, ...streams.keys());
      socket.end(controlFrame(GOAWAY, words(last, 0)));
    },
  };
}

interface Handlers {
  readonly streams: Map<number, SpdyStream>;
  readonly codec: HeaderCodec;
  readonly send: (bytes: Buffer) => Promise<void>;
  readonly onStream: (stream: SpdyStream) => void;
}

async function read(socket: Duplex, handlers: Handlers): Promise<void> {
  const parse = frameParser();
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      for (const frame of parse(chunk))
        await (frame.type === 'data' ? onData(frame, handlers) : onControl(frame, handlers));
    }
  } catch {
    // A connection that breaks off or speaks nonsense is closed; its streams end with it.
  }
}

type DataFrame = Extract<Frame, { type: 'data' }>;
type ControlFrame = Extract<Frame, { type: 'control' }>;

async function onData({ streamId, flags, payload }: DataFrame, { streams, send }: Handlers): Promise<void> {
  const stream = streams.get(streamId);
  if (!stream || stream.destroyed) return;
  if (payload.length > 0) {
    await send(controlFrame(WINDOW_UPDATE, words(streamId, payload.length)));
    if (!stream.push(payload)) await eitherOf(stream, 'room');
  }
  if (flags & FLAG_FIN) stream.push(null);
}

/** Resolves at the event, or when the stream closes. */
function eitherOf(stream: Duplex, event: 'drain' | 'room'): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off(event, done);
      stream.off('close', done);
      resolve();
    };
    stream.on(event, done);
    stream.on('close', done);
  });
}

async function onControl({ kind, flags, payload }: ControlFrame, handlers: Handlers): Promise<void> {
  const { streams, codec, send, onStream } = handlers;
  if (kind === PING) return send(controlFrame(PING, payload));
  if (kind === RST_STREAM) streams.get(payload.readUInt32BE(0) & 0x7fff_ffff)?.destroy();
  if (kind !== SYN_STREAM) return;
  const id = payload.readUInt32BE(0) & 0x7fff_ffff;
  const headers = await codec.decode(payload.subarray(10));
  const stream = spdyStream(id, headers, handlers);
  streams.set(id, stream);
  await send(controlFrame(SYN_REPLY, Buffer.concat([words(id), await codec.encode({})])));
  if (flags & FLAG_FIN) stream.push(null);
  onStream(stream);
}

function spdyStream(id: number, headers: Headers, { streams, send }: Handlers): SpdyStream {
  const stream = new Duplex({
    allowHalfOpen: true,
    read() {
      stream.emit('room');
    },
    write(chunk: Buffer, _, done) {
      void sendAll(id, chunk, send).then(() => done());
    },
    final(done) {
      void send(dataFrame(id, Buffer.alloc(0), FLAG_FIN)).then(() => done());
    },
    destroy(error, done) {
      streams.delete(id);
      if (!stream.writableFinished) void send(controlFrame(RST_STREAM, words(id, CANCEL)));
      done(error);
    },
  });
  return Object.assign(stream, { id, headers });
}

async function sendAll(id: number, bytes: Buffer, send: Handlers['send']): Promise<void> {
  for (let at = 0; at < bytes.length; at += CHUNK) await send(dataFrame(id, bytes.subarray(at, at + CHUNK)));
}
