import { type FileHandle, open } from 'node:fs/promises';
import type { FileSlice } from './digest.ts';
import { BadArchive } from './errors.ts';

/** Where each file of a tar archive lies, so that big layers are read in place and never unpacked. */
export interface TarIndex {
  /** By path, without a leading `./`. Links are followed. */
  find(path: string): FileSlice | undefined;
  readonly paths: readonly string[];
}

const BLOCK = 512;

interface Entry {
  readonly path: string;
  readonly type: string;
  readonly link: string;
  readonly offset: number;
  readonly size: number;
}

/** Reads only the headers. ustar, GNU long names and pax paths and sizes are understood. @throws {BadArchive} */
export async function indexTar(file: string): Promise<TarIndex> {
  await using handle = await open(file);
  const entries = new Map<string, Entry>();
  for await (const entry of readEntries(handle, file)) entries.set(entry.path, entry);
  const find = (path: string, hops = 0): FileSlice | undefined => {
    const entry = entries.get(path);
    if (!entry || hops > 8) return undefined;
    if (entry.type === '2') return find(resolveLink(path, entry.link), hops + 1);
    if (entry.type === '1') return find(cleanPath(entry.link), hops + 1);
    return { file, offset: entry.offset, size: entry.size };
  };
  return { find: (path) => find(path), paths: [...entries.keys()] };
}

async function* readEntries(handle: FileHandle, file: string): AsyncGenerator<Entry> {
  const block = Buffer.alloc(BLOCK);
  let pending: { path?: string | undefined; size?: number | undefined; link?: string | undefined } = {};
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(block, 0, BLOCK, at);
    if (bytesRead < BLOCK || block.every((byte) => byte === 0)) return;
    checkHeader(block, file);
    const type = text(block, 156, 1) || '0';
    const size = pending.size !== undefined && !'xgLK'.includes(type) ? pending.size : numberAt(block, 124, 12);
    const offset = at + BLOCK;
    at = offset + Math.ceil(size / BLOCK) * BLOCK;
    if ('xgLK'.includes(type)) {
      if (type !== 'g') pending = { ...pending, ...(await readExtension(handle, type, { offset, size })) };
      continue;
    }
    const name = pending.path ?? nameIn(block);
    yield { path: cleanPath(name), type, link: pending.link ?? text(block, 157, 100), offset, size };
    pending = {};
  }
}

async function readExtension(handle: FileHandle, type: string, { offset, size }: { offset: number; size: number }) {
  const bytes = Buffer.alloc(size);
  await handle.read(bytes, 0, size, offset);
  if (type === 'L') return { path: text(bytes, 0, size) };
  if (type === 'K') return { link: text(bytes, 0, size) };
  const records = paxRecords(bytes);
  const paxSize = records.get('size');
  return {
    path: records.get('path'),
    link: records.get('linkpath'),
    size: paxSize === undefined ? undefined : Number(paxSize),
  };
}

/** Records are `<length> <key>=<value>\n`. Source: POSIX.1-2001, pax. */
function paxRecords(bytes: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString('latin1', at, space));
    if (space < 0 || !(length > 0)) break;
    const record = bytes.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

/** POSIX archives keep the front of a long name apart. */
function nameIn(block: Buffer): string {
  const isPosix = text(block, 257, 5) === 'ustar' && block[262] === 0;
  const prefix = isPosix ? text(block, 345, 155) : '';
  return prefix ? `${prefix}/${text(block, 0, 100)}` : text(block, 0, 100);
}

function checkHeader(block: Buffer, file: string): void {
  const stored = numberAt(block, 148, 8);
  let sum = 8 * 0x20;
  block.forEach((byte, index) => {
    if (index < 148 || index >= 156) sum += byte;
  });
  if (stored !== sum) throw new BadArchive(`${file} is not a tar archive (or is cut off)`);
}

function text(bytes: Buffer, start: number, length: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end < 0 || end > start + length ? start + length : end);
}

/** Octal, or base 256 where the top bit is set (GNU). */
function numberAt(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  if (first & 0x80) return Number(block.readBigUInt64BE(start + length - 8));
  return Number.parseInt(text(block, start, length).trim() || '0', 8);
}

function cleanPath(path: string): string {
  return path.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
}

function resolveLink(from: string, link: string): string {
  return cleanPath(new URL(link, `file:///${from}`).pathname);
}
