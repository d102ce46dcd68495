import { execFile } from 'node:child_process';
import { open, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MissingProgram } from './errors.ts';
import type { LayerEntry } from './tar-write.ts';

/** A program of this machine with all shared libraries that it loads, at the paths where its loader looks for them. */
export async function programEntries(program: string): Promise<readonly LayerEntry[]> {
  const path = program.includes('/') ? program : await findOnPath(program);
  const file = await realpath(path).catch(() => undefined);
  if (file === undefined) throw new MissingProgram(`there is no program ${path} on this machine`);
  const entry: LayerEntry = { type: 'file', path, mode: 0o755, content: { hostPath: file } };
  return [entry, ...(await libraryEntries(file))];
}

/** The libraries of an ELF file, and theirs; none for a static program or a script. */
export async function libraryEntries(file: string): Promise<readonly LayerEntry[]> {
  if (!(await isElf(file))) return [];
  const entries: LayerEntry[] = [];
  for (const library of librariesIn(await ldd(file))) {
    const hostPath = await realpath(library);
    entries.push({ type: 'file', path: library, mode: 0o755, content: { hostPath } });
  }
  return entries;
}

/** Reads `name => /path (0x…)` and `/path (0x…)`. @throws {MissingProgram} for a library that is missing. */
export function librariesIn(printed: string): readonly string[] {
  const missing = /^\s*(\S+) => not found/m.exec(printed)?.[1];
  if (missing) throw new MissingProgram(`the shared library ${missing} is missing on this machine`);
  return [...printed.matchAll(/(?:=>|^)\s+(\/\S+) \(0x/gm)].map((match) => match[1] ?? '');
}

/** Fails for static programs, which is an answer too. */
function ldd(file: string): Promise<string> {
  return new Promise((resolve) => execFile('ldd', [file], (_error, stdout) => resolve(stdout)));
}

async function isElf(file: string): Promise<boolean> {
  await using handle = await open(file);
  const magic = Buffer.alloc(4);
  await handle.read(magic, 0, 4, 0);
  return magic.toString('latin1') === '\x7fELF';
}

async function findOnPath(name: string): Promise<string> {
  const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  for (const folder of [...(process.env.PATH ?? '').split(':'), ...folders]) {
    const path = join(folder, basename(name));
    if (folder.startsWith('/') && (await realpath(path).catch(() => undefined))) return path;
  }
  throw new MissingProgram(`there is no program "${name}" on this machine: install it, or give its full path`);
}
