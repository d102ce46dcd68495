import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storageContract } from '../../driver.contract.ts';
import { sqliteDriver } from './sqlite.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'timonel-sqlite-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

storageContract('sqlite', async () => sqliteDriver({ file: join(dir, 'state.db') }));

const value = new Uint8Array(2_000);

describe('the sqlite driver', () => {
  it('finds everything again when opened anew, history included', async () => {
    const file = join(dir, 'state.db');
    const before = await sqliteDriver({ file });
    await before.put('/a', value, { expect: 0 });
    await before.put('/a', value, { expect: 1 });
    await before.put('/b', value, { expect: 0 });
    await before[Symbol.asyncDispose]();

    const after = await sqliteDriver({ file });
    expect(await after.currentRevision()).toBe(3);
    await expect(after.put('/a', value, { expect: 0 })).rejects.toMatchObject({ actual: 2 });
    expect(await after.put('/a', value, { expect: 2 })).toBe(4);
    expect(await after.get('/a', { revision: 1 })).toMatchObject({ revision: 1 });
    await after[Symbol.asyncDispose]();
  });

  it('keeps every acknowledged write through SIGKILL', async () => {
    const file = join(dir, 'state.db');
    const child = spawn(process.execPath, [new URL('./testdata/writer.ts', import.meta.url).pathname, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const acknowledged: string[] = [];
    for await (const key of createInterface({ input: child.stdout })) {
      acknowledged.push(key);
      if (acknowledged.length === 2_000) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');

    const driver = await sqliteDriver({ file });
    const stored = new Set((await driver.list('/')).entries.map(({ key }) => key));
    expect(acknowledged.filter((key) => !stored.has(key))).toEqual([]);
    expect(await driver.currentRevision()).toBe(stored.size);
    await driver[Symbol.asyncDispose]();
  });

  it('says that the file is in use by another process', async () => {
    const file = join(dir, 'state.db');
    const first = await sqliteDriver({ file });
    await expect(sqliteDriver({ file })).rejects.toThrow(/in use by another process; stop that cluster first/);
    await first[Symbol.asyncDispose]();
  });

  it('refuses a file of a newer release', async () => {
    const file = join(dir, 'state.db');
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(sqliteDriver({ file })).rejects.toThrow(/written by a newer release .* use that release/);
  });

  it('refuses what is not a database', async () => {
    const file = join(dir, 'state.db');
    await writeFile(file, 'this is not a database file at all, but a text'.repeat(100));
    await expect(sqliteDriver({ file })).rejects.toThrow(/damaged or not a Timonel store/);
  });

  const isRoot = process.getuid?.() === 0;
  it.skipIf(!isRoot)(
    'fails writes on a full disk, keeps what was acknowledged, and works on once there is room',
    async () => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', dir]);
      try {
        const driver = await sqliteDriver({ file: join(dir, 'state.db') });
        const acknowledged: string[] = [];
        const failure = await (async () => {
          for (let n = 0; n < 2_000; n++) {
            await driver.put(`/full/${n}`, value, { expect: 0 });
            acknowledged.push(`/full/${n}`);
          }
          return undefined;
        })().catch((error: unknown) => error);
        expect(String(failure)).toMatch(/the disk that holds .* is full; free some space/);
        expect((await driver.list('/')).entries).toHaveLength(acknowledged.length);

        execFileSync('mount', ['-o', 'remount,size=16m', dir]);
        expect(await driver.put('/after', value, { expect: 0 })).toBe(acknowledged.length + 1);
        await driver[Symbol.asyncDispose]();
      } finally {
        execFileSync('umount', [dir]);
      }
    },
  );
});
