import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** `sha256:<hex>` of the bytes. */
export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The digest of a slice of a file; read in pieces. */
export async function digestOfSlice(slice: FileSlice): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readSlice(slice)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

/** A piece of a file, such as one entry of a tar archive. */
export interface FileSlice {
  readonly file: string;
  readonly offset: number;
  readonly size: number;
}

/** The slice's bytes in pieces of at most 1 MiB. */
export async function* readSlice({ file, offset, size }: FileSlice): AsyncGenerator<Buffer> {
  if (size === 0) return;
  const stream = createReadStream(file, { start: offset, end: offset + size - 1, highWaterMark: 1 << 20 });
  for await (const chunk of stream) yield chunk as Buffer;
}

/** The whole slice; for what is known to be small (manifests, configs). */
export async function readWhole(slice: FileSlice): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of readSlice(slice)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
