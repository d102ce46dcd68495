/** Longest run of keys kept in one array; inserting costs at most a move of this many. */
const CHUNK = 512;

/** A set of strings in byte order with cheap insertion, removal and prefix scans, for hundreds of thousands of keys. */
export class SortedKeys {
  #chunks: string[][] = [];

  add(key: string): void {
    const at = this.#chunkFor(key);
    const chunk = this.#chunks[at];
    if (!chunk) {
      this.#chunks.push([key]);
      return;
    }
    const position = lowerBound(chunk, key);
    if (chunk[position] === key) return;
    chunk.splice(position, 0, key);
    if (chunk.length > CHUNK) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK >> 1));
  }

  delete(key: string): void {
    const at = this.#chunkFor(key);
    const chunk = this.#chunks[at];
    const position = chunk ? lowerBound(chunk, key) : 0;
    if (chunk?.[position] !== key) return;
    chunk.splice(position, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  *withPrefix(prefix: string): Generator<string> {
    for (let at = this.#chunkFor(prefix); at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at] ?? [];
      for (let position = lowerBound(chunk, prefix); position < chunk.length; position++) {
        const key = chunk[position] ?? '';
        if (!key.startsWith(prefix)) return;
        yield key;
      }
    }
  }

  /** The last chunk whose first key is not above `key`. */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#chunks[middle]?.[0] ?? '') <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

function lowerBound(chunk: readonly string[], key: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
