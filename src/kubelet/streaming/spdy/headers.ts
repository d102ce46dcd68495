import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { dictionary } from './dictionary.ts';

export type Headers = Readonly<Record<string, string>>;

/** Header blocks of one connection: each direction is one zlib stream, so the order of calls matters. */
export interface HeaderCodec extends Disposable {
  decode(block: Buffer): Promise<Headers>;
  encode(headers: Headers): Promise<Buffer>;
}

export function headerCodec(): HeaderCodec {
  const options = { dictionary, flush: constants.Z_SYNC_FLUSH };
  const inflate = createInflate(options);
  const deflate = createDeflate(options);
  return {
    decode: async (block) => parse(await through(inflate, block)),
    encode: (headers) => through(deflate, serialize(headers)),
    [Symbol.dispose]() {
      inflate.close();
      deflate.close();
    },
  };
}

function through(codec: Inflate | Deflate, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer) => void chunks.push(chunk);
    const done = (error?: Error | null) => {
      codec.off('data', onData);
      codec.off('error', done);
      if (error) reject(error);
      else resolve(Buffer.concat(chunks));
    };
    codec.on('data', onData);
    codec.once('error', done);
    codec.write(bytes, () => setImmediate(done));
  });
}

function serialize(headers: Headers): Buffer {
  const entries = Object.entries(headers);
  const words = entries.flatMap(([name, value]) => [sized(name), sized(value)]);
  return Buffer.concat([uint32(entries.length), ...words]);
}

const sized = (text: string): Buffer => Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(text)]);

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function parse(block: Buffer): Headers {
  let at = 4;
  const word = () => {
    const length = block.readUInt32BE(at);
    const text = block.subarray(at + 4, at + 4 + length).toString();
    at += 4 + length;
    return text;
  };
  const headers: Record<string, string> = {};
  for (let left = block.readUInt32BE(0); left > 0; left--) {
    const name = word().toLowerCase();
    headers[name] = word();
  }
  return headers;
}
