/** Values below this are exact in 32-bit arithmetic. */
const SMALL = 0x8000_0000;

/** Longest string that is copied letter by letter; beyond it one native call is cheaper. */
const SHORT = 40;

/**
 * Writes protobuf from the end to the start, so that a message's length is known when its header is due.
 * `finish` copies out what was written; the space is reused.
 */
export class ReverseWriter {
  #buffer = Buffer.allocUnsafe(64 * 1024);
  #at = this.#buffer.length;

  /** Where the next byte goes, counted from the end: the difference of two marks is a length. */
  mark(): number {
    return this.#buffer.length - this.#at;
  }

  /** Drops what was written since; for use after an encoder threw. */
  reset(): void {
    this.#at = this.#buffer.length;
  }

  finish(): Buffer {
    const bytes = Buffer.from(this.#buffer.subarray(this.#at));
    this.reset();
    return bytes;
  }

  #reserve(size: number): void {
    if (this.#at >= size) return;
    const used = this.#buffer.length - this.#at;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, used + size));
    this.#buffer.copy(larger, larger.length - used, this.#at);
    this.#at = larger.length - used;
    this.#buffer = larger;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[--this.#at] = value;
  }

  /** A signed 64-bit integer as protobuf's int64 (and int32) have it: negative ones take ten bytes. */
  varint(value: number): void {
    if (value < 0 || value >= SMALL) return this.#longVarint(BigInt.asUintN(64, BigInt(value)));
    this.#reserve(5);
    let size = 1;
    for (let rest = value >>> 7; rest > 0; rest >>>= 7) size++;
    this.#at -= size;
    let at = this.#at;
    let rest = value;
    while (rest > 0x7f) {
      this.#buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[at] = rest;
  }

  #longVarint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    while (rest > 0x7fn) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.bytes(Uint8Array.from(bytes));
  }

  bigVarint(value: bigint): void {
    this.#longVarint(BigInt.asUintN(64, value));
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#at -= value.length;
    this.#buffer.set(value, this.#at);
  }

  /** UTF-8, without its length. */
  text(value: string): void {
    if (value.length <= SHORT && this.#ascii(value)) return;
    const size = Buffer.byteLength(value);
    this.#reserve(size);
    this.#at -= size;
    this.#buffer.write(value, this.#at);
  }

  #ascii(value: string): boolean {
    this.#reserve(value.length);
    const start = this.#at - value.length;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      this.#buffer[start + index] = code;
    }
    this.#at = start;
    return true;
  }
}
