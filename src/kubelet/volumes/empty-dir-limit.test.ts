import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Pod } from '#gen/core/v1.ts';
import { hasLimitedFolders, overLimit } from './empty-dir-limit.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kubelet-limit-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const podOf = (emptyDir: object): Pod => ({
  metadata: { name: 'p' } as Pod['metadata'],
  spec: { containers: [], volumes: [{ name: 'v', emptyDir }] },
  status: {},
});

it('is told of the volume that holds too much', async () => {
  const folder = join(root, 'volumes/kubernetes.io~empty-dir/v/deep');
  await mkdir(folder, { recursive: true });
  const pod = podOf({ sizeLimit: '1Mi' });
  expect(await overLimit(pod, root)).toBeUndefined();
  await writeFile(join(folder, 'file'), Buffer.alloc(1_200_000, 1));
  expect(await overLimit(pod, root)).toBe('Usage of EmptyDir volume "v" exceeds the limit "1Mi". ');
  expect(await overLimit(podOf({ sizeLimit: '2Mi' }), root)).toBeUndefined();
});

it.each([
  [{}, false],
  [{ sizeLimit: '0' }, false],
  [{ sizeLimit: '1Mi', medium: 'Memory' }, false],
  [{ sizeLimit: '1Mi' }, true],
])('of %o is asked: %s', (source, isAsked) => expect(hasLimitedFolders(podOf(source))).toBe(isAsked));
