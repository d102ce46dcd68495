import { chmod, mkdir, open, realpath, stat } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { mountBind, mountsBelow } from './mounts.ts';

/**
 * A path inside a volume, pinned by a bind mount, so that no link in the volume can lead a container out of it, now or
 * later. Missing folders are made. @throws {Error} when the path leaves the volume.
 */
export async function pinSubPath(volume: string, subPath: string, pin: string): Promise<string> {
  const clean = normalize(subPath);
  if (clean.startsWith('/') || clean.split('/').includes('..'))
    throw new Error(`subPath "${subPath}" is not inside the volume`);
  const root = await realpath(volume);
  const wanted = join(root, clean);
  await makeInside(root, wanted);
  const resolved = await realpath(wanted);
  if (resolved !== root && !resolved.startsWith(`${root}/`))
    throw new Error(`subPath "${subPath}" not within volume path "${volume}"`);
  if (process.getuid?.() !== 0) return resolved;
  if ((await mountsBelow(pin)).includes(pin)) return pin;
  await mkdir(dirname(pin), { recursive: true });
  if ((await stat(resolved)).isDirectory()) await mkdir(pin, { recursive: true });
  else await (await open(pin, 'a')).close();
  await mountBind(resolved, pin);
  return pin;
}

/** Makes the folders that are missing, each only after its parent was found to be inside. */
async function makeInside(root: string, wanted: string): Promise<void> {
  let at = root;
  for (const part of wanted.slice(root.length).split('/').filter(Boolean)) {
    const next = join(at, part);
    const real = await realpath(next).catch(() => undefined);
    if (real === undefined) {
      await mkdir(next);
      await chmod(next, (await stat(at)).mode & 0o7777);
    } else if (real !== root && !real.startsWith(`${root}/`))
      throw new Error(`subPath not within volume path "${root}"`);
    at = real ?? next;
  }
}
