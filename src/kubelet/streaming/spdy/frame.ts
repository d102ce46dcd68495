export const SYN_STREAM = 1;
export const SYN_REPLY = 2;
export const RST_STREAM = 3;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 9;
export const FLAG_FIN = 1;

export type Frame =
  | { readonly type: 'data'; readonly streamId: number; readonly flags: number; readonly payload: Buffer }
  | { readonly type: 'control'; readonly kind: number; readonly flags: number; readonly payload: Buffer };

const HEAD = 8;

/** Cuts whole frames off the front; keeps the rest for the next chunk. Source: SPDY draft 3.1, section 2.2. */
export function frameParser(): (chunk: Buffer) => readonly Frame[] {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk;
    const frames: Frame[] = [];
    while (pending.length >= HEAD) {
      const length = pending.readUIntBE(5, 3);
      if (pending.length < HEAD + length) break;
      frames.push(frameOf(pending.subarray(0, HEAD), pending.subarray(HEAD, HEAD + length)));
      pending = pending.subarray(HEAD + length);
    }
    return frames;
  };
}

function frameOf(head: Buffer, payload: Buffer): Frame {
  const word = head.readUInt32BE(0);
  const flags = head.readUInt8(4);
  if (word < 0x8000_0000) return { type: 'data', streamId: word, flags, payload };
  return { type: 'control', kind: word & 0xffff, flags, payload };
}

function head(word: number, flags: number, length: number): Buffer {
  const bytes = Buffer.alloc(HEAD);
  bytes.writeUInt32BE(word >>> 0, 0);
  bytes.writeUInt8(flags, 4);
  bytes.writeUIntBE(length, 5, 3);
  return bytes;
}

export const dataFrame = (streamId: number, payload: Buffer, flags = 0): Buffer =>
  Buffer.concat([head(streamId, flags, payload.length), payload]);

export const controlFrame = (kind: number, payload: Buffer, flags = 0): Buffer =>
  Buffer.concat([head((0x8003_0000 | kind) >>> 0, flags, payload.length), payload]);

export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}
