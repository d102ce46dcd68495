import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Mount points at or below `folder`, the deepest first. */
export async function mountsBelow(folder: string): Promise<readonly string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const points = text.split('\n').map((line) => unescaped(line.split(' ')[4] ?? ''));
  return points
    .filter((point) => point === folder || point.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
}

const unescaped = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

export async function mountTmpfs(folder: string, sizeBytes: number | undefined): Promise<void> {
  if ((await mountsBelow(folder)).includes(folder)) return;
  const options = sizeBytes ? ['-o', `size=${sizeBytes}`] : [];
  await run('mount', ['-t', 'tmpfs', ...options, 'tmpfs', folder]);
}

/** A bind mount, so that what is mounted is exactly the file or folder that was checked. */
export async function mountBind(source: string, target: string): Promise<void> {
  await run('mount', ['--bind', source, target]);
}

/** Unmounts all below the folder and only then deletes it: never deletes through a mount. @throws when one stays mounted. */
export async function removeUnmounted(folder: string): Promise<void> {
  for (const point of await mountsBelow(folder)) await run('umount', [point]);
  const left = await mountsBelow(folder);
  if (left.length > 0) throw new Error(`still mounted: ${left.join(', ')}`);
  await rm(folder, { recursive: true, force: true });
}
