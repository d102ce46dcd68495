/** Cuts a stream into messages with two bytes of length before each (RFC 1035, 4.2.2). */
export class FrameReader {
  readonly #onMessage: (message: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  constructor(onMessage: (message: Buffer) => void) {
    this.#onMessage = onMessage;
  }
  push(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 2) {
      const size = this.#rest.readUInt16BE(0);
      if (this.#rest.length < 2 + size) return;
      const message = this.#rest.subarray(2, 2 + size);
      this.#rest = this.#rest.subarray(2 + size);
      this.#onMessage(message);
    }
  }
}

export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
