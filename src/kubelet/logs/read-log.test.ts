import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { type LogOptions, readLog } from './read-log.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-log-'));
  path = join(folder, '0.log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (second: number) => `2026-01-01T00:00:0${second}.000000000Z`;
const line = (second: number, text: string, { stream = 'stdout', tag = 'F' } = {}) =>
  `${at(second)} ${stream} ${tag} ${text}\n`;

async function read(options: LogOptions): Promise<string> {
  const parts: Buffer[] = [];
  const follow = { isRunning: async () => false, signal: new AbortController().signal };
  for await (const part of readLog(path, options, follow)) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('a container log', () => {
  const content =
    line(1, 'one') + line(2, 'oops', { stream: 'stderr' }) + line(3, 'lo', { tag: 'P' }) + line(4, 'ng') + line(5, 'z');
  it.each<[string, LogOptions, string]>([
    ['is read whole, partial lines joined', {}, 'one\noops\nlong\nz\n'],
    ['ends with its last lines', { tailLines: 1 }, 'z\n'],
    ['is empty for a tail of none', { tailLines: 0 }, ''],
    ['is all of it for a longer tail', { tailLines: 99 }, 'one\noops\nlong\nz\n'],
    ['keeps to one stream', { stream: 'stderr' }, 'oops\n'],
    ['stops within a line at its limit of bytes', { limitBytes: 6 }, 'one\noo'],
    ['begins at a time', { sinceMs: Date.parse(at(5)) }, 'z\n'],
    [
      'bears one time for each line, however many parts it has',
      { timestamps: true },
      `${at(1)} one\n${at(2)} oops\n${at(3)} long\n${at(5)} z\n`,
    ],
  ])('%s', async (_, options, expected) => {
    await writeFile(path, content);
    expect(await read(options)).toBe(expected);
  });

  it('is followed through a rotation until the container has exited', async () => {
    await writeFile(path, line(1, 'one'));
    let isRunning = true;
    let got = '';
    const follow = { isRunning: async () => isRunning, signal: new AbortController().signal };
    const reading = (async () => {
      for await (const part of readLog(path, { follow: true }, follow)) got += part.toString();
    })();
    await eventually(() => got === 'one\n');
    await appendFile(path, line(2, 'two'));
    await eventually(() => got === 'one\ntwo\n');
    await rename(path, `${path}.1`);
    await writeFile(path, line(3, 'three'));
    await eventually(() => got === 'one\ntwo\nthree\n');
    isRunning = false;
    await reading;
    expect(got).toBe('one\ntwo\nthree\n');
  });
});
