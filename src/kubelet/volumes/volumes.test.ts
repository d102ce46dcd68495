import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pod } from '#gen/core/v1.ts';
import { type Payload, writeAtomically } from './atomic-writer.ts';
import { checkHostPath } from './host-path.ts';
import { removeUnmounted } from './mounts.ts';
import { giveToGroup } from './ownership.ts';
import { keyPayload } from './payload.ts';
import { commonUserOf } from './projected.ts';
import { pinSubPath } from './subpath.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kubelet-volumes-'));
});
afterEach(() => removeUnmounted(root));

const files = (entries: Record<string, string>, mode = 0o644): Payload =>
  new Map(Object.entries(entries).map(([name, text]) => [name, { data: Buffer.from(text), mode }]));
const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;

describe('files written at once', () => {
  it('appear through one link, and change with it', async () => {
    expect(await writeAtomically(root, files({ a: '1', 'dir/b': '2' }))).toBe(true);
    const first = await readlink(join(root, '..data'));
    expect(await readFile(join(root, 'dir/b'), 'utf8')).toBe('2');
    expect(await readlink(join(root, 'a'))).toBe('..data/a');
    expect(await writeAtomically(root, files({ a: '1', 'dir/b': '2' }))).toBe(false);
    expect(await writeAtomically(root, files({ a: 'new', c: '3' }))).toBe(true);
    expect(await readlink(join(root, '..data'))).not.toBe(first);
    expect((await readdir(root)).filter((name) => !name.startsWith('..'))).toEqual(['a', 'c']);
    expect((await readdir(root)).filter((name) => name.startsWith('..2'))).toHaveLength(1);
  });

  it.each([['/abs'], ['../up'], ['a/../../b'], ['..hidden']])('never leave the folder: %s', async (name) =>
    expect(writeAtomically(root, files({ [name]: 'x' }))).rejects.toThrow('invalid path'),
  );

  it('have their mode, and let the group of the pod read', async () => {
    await writeAtomically(root, files({ a: 'x' }, 0o400));
    expect(await modeOf(join(root, 'a'))).toBe(0o400);
    await writeAtomically(root, files({ a: 'y' }, 0o400), process.getgid?.());
    expect(await modeOf(join(root, 'a'))).toBe(0o440);
  });
});

describe('the keys of a config map', () => {
  const data = new Map([['k', Buffer.from('v')]]);
  const source = { what: 'config', mode: 0o644 };
  it('are all shown, or those that are listed, where they are listed', () => {
    expect([...keyPayload(data, source).keys()]).toEqual(['k']);
    const listed = keyPayload(data, { ...source, items: [{ key: 'k', path: 'a/b', mode: 0o600 }] });
    expect(listed.get('a/b')?.mode).toBe(0o600);
  });
  it('must be there unless optional', () => {
    const items = [{ key: 'absent', path: 'x' }];
    expect(() => keyPayload(data, { ...source, items })).toThrow('references non-existent config key: absent');
    expect(keyPayload(data, { ...source, items, optional: true }).size).toBe(0);
  });
});

describe('a hostPath', () => {
  it('is made where the type says so', async () => {
    await checkHostPath(join(root, 'made/deep'), 'DirectoryOrCreate');
    await checkHostPath(join(root, 'file'), 'FileOrCreate');
    expect((await stat(join(root, 'made/deep'))).isDirectory()).toBe(true);
    expect(await modeOf(join(root, 'file'))).toBe(0o644);
    await checkHostPath(join(root, 'anything'), '');
  });
  it.each([
    ['Directory', 'a directory'],
    ['File', 'a file'],
    ['Socket', 'a socket file'],
    ['CharDevice', 'a character device'],
    ['BlockDevice', 'a block device'],
  ])('of type %s must be one', async (type, what) => {
    const path = join(root, 'absent');
    await expect(checkHostPath(path, type)).rejects.toThrow(`hostPath type check failed: ${path} is not ${what}`);
  });
});

describe('a subPath', () => {
  it.each([['../out'], ['/abs/../../x'], ['a/../../b']])('does not lead out by name: %s', async (path) =>
    expect(pinSubPath(root, path, join(root, 'pin'))).rejects.toThrow('not inside the volume'),
  );
  it('does not lead out by a link', async () => {
    const volume = join(root, 'volume');
    await mkdir(volume);
    await symlink('/etc', join(volume, 'link'));
    await expect(pinSubPath(volume, 'link/passwd', join(root, 'pin'))).rejects.toThrow('not within volume path');
  });
  it('is made where it is missing', async () => {
    const volume = join(root, 'volume');
    await mkdir(volume);
    const pinned = await pinSubPath(volume, 'a/b', join(root, 'pins/0'));
    await writeFile(join(pinned, 'file'), 'x');
    expect(await readFile(join(volume, 'a/b/file'), 'utf8')).toBe('x');
  });
});

it('a group gets all files, unless only a mismatch at the root counts', async () => {
  const gid = process.getgid?.() ?? 0;
  const volume = join(root, 'volume');
  await mkdir(join(volume, 'dir'), { recursive: true });
  await writeFile(join(volume, 'dir/file'), 'x', { mode: 0o600 });
  await giveToGroup(volume, gid, 'Always');
  expect([await modeOf(volume), await modeOf(join(volume, 'dir/file'))]).toEqual([0o2775, 0o660]);
  await writeFile(join(volume, 'late'), 'x', { mode: 0o600 });
  await giveToGroup(volume, gid, 'OnRootMismatch');
  expect(await modeOf(join(volume, 'late'))).toBe(0o600);
  await rm(volume, { recursive: true });
});

describe('a token’s owner', () => {
  const user = (runAsUser?: number) => (runAsUser === undefined ? {} : { securityContext: { runAsUser } });
  it.each<[string, number | undefined, (number | undefined)[], number | undefined]>([
    ['nobody said', undefined, [undefined], undefined],
    ['the pod said', 1000, [undefined, undefined], 1000],
    ['one container differs', 1000, [undefined, 2000], undefined],
    ['all containers say the same', undefined, [3, 3], 3],
    ['only one says', undefined, [3, undefined], undefined],
  ])('%s', (_, ofPod, ofContainers, owner) => {
    const pod: Pod = {
      metadata: { name: 'p' } as Pod['metadata'],
      spec: { ...user(ofPod), containers: ofContainers.map((id, index) => ({ name: `c${index}`, ...user(id) })) },
      status: {},
    };
    expect(commonUserOf(pod)).toBe(owner);
  });
});
