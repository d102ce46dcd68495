import {
  chmod,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface FileContent {
  readonly data: Buffer;
  /** Permission bits. */
  readonly mode: number;
  /** The file's owner; root where it is not said. */
  readonly uid?: number | undefined;
}

export type Payload = ReadonlyMap<string, FileContent>;

/**
 * Writes a set of files so that a reader sees either all of the old ones or all of the new: a time-stamped folder, the
 * link `..data` to it, changed by rename, and a link for each name. @returns whether anything changed.
 * Source: upstream pkg/volume/util/atomic_writer.go.
 */
export async function writeAtomically(folder: string, payload: Payload, gid?: number): Promise<boolean> {
  for (const name of payload.keys()) checkName(name);
  await mkdir(folder, { recursive: true, mode: 0o777 });
  const old = await readlink(join(folder, '..data')).catch(() => undefined);
  if (old !== undefined && (await isSame(join(folder, old), payload))) return false;
  const stamp = new Date()
    .toISOString()
    .replace(/[-:TZ]/g, '_')
    .slice(0, 19);
  const fresh = await mkdtemp(join(folder, `..${stamp}.`));
  await chmod(fresh, 0o755);
  for (const [name, { data, mode, uid = 0 }] of payload) {
    const path = join(fresh, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await writeFile(path, data);
    await chmod(path, gid === undefined ? mode : mode | 0o440);
    if ((uid !== 0 || gid !== undefined) && process.getuid?.() === 0) await lchown(path, uid, gid ?? 0);
  }
  await symlink(fresh.slice(folder.length + 1), join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  await linkNames(folder, new Set([...payload.keys()].map((name) => name.split('/')[0] ?? name)));
  if (old !== undefined) await rm(join(folder, old), { recursive: true, force: true });
  return true;
}

function checkName(name: string): void {
  const parts = name.split('/');
  if (name.startsWith('/') || parts.includes('..') || parts[0]?.startsWith('..')) {
    throw new Error(`invalid path: must be a relative path without '..': ${name}`);
  }
}

async function linkNames(folder: string, names: ReadonlySet<string>): Promise<void> {
  const present = (await readdir(folder)).filter((name) => !name.startsWith('..'));
  for (const name of names) if (!present.includes(name)) await symlink(join('..data', name), join(folder, name));
  for (const name of present) if (!names.has(name)) await rm(join(folder, name));
}

async function isSame(folder: string, payload: Payload): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  if (files.length !== payload.size) return false;
  for (const name of files) {
    const wanted = payload.get(name);
    if (!wanted || !wanted.data.equals(await readFile(join(folder, name)))) return false;
  }
  return true;
}
