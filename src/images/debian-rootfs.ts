import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianClosure } from './debian-closure.ts';

const run = promisify(execFile);

export interface DebianRootfsOptions {
  /** Debian or Ubuntu packages, as this machine's apt knows them; what they depend on comes along. */
  readonly packages: readonly string[];
  /** Packages that are left out although something depends on them, as regular expressions over whole names. */
  readonly without?: readonly string[] | undefined;
  /** Where the files go; what was there is removed first. */
  readonly folder: string;
  /** Keeps the downloaded packages for the next time. */
  readonly cache: string;
}

/**
 * Unpacks packages and what they depend on into a folder, as the root file system of an image. Nothing is installed on
 * this machine and no package script runs, so users, caches and alternatives that such scripts would make are absent.
 * @returns the packages' names. @throws where apt cannot resolve or download one; the message names it.
 */
export async function debianRootfs(options: DebianRootfsOptions): Promise<readonly string[]> {
  const { folder, cache } = options;
  const packages = await resolveClosure(options);
  const archives = join(cache, 'debs');
  await mkdir(archives, { recursive: true });
  await download(packages, archives);
  await rm(folder, { recursive: true, force: true });
  // Debian's /bin, /lib … are links into /usr; some packages still ship files below the old names.
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await mkdir(join(folder, 'usr', name), { recursive: true });
  await run('sh', ['-c', 'cd "$1" && ln -s usr/bin usr/sbin usr/lib usr/lib64 .', 'sh', folder]);
  const files = await readdir(archives);
  for (const name of packages) {
    const file = files
      .filter((candidate) => candidate.startsWith(`${name}_`))
      .sort()
      .at(-1);
    if (!file) throw new Error(`the package ${name} was not downloaded to ${archives}`);
    await unpack(join(archives, file), folder);
  }
  await rm(join(folder, 'usr/share/doc'), { recursive: true, force: true });
  await rm(join(folder, 'usr/share/man'), { recursive: true, force: true });
  return packages;
}

async function resolveClosure({ packages, without = [] }: DebianRootfsOptions): Promise<string[]> {
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
  const { stdout } = await run('apt-cache', ['depends', '--recurse', ...only, ...packages], { maxBuffer: 64 << 20 });
  return debianClosure(stdout, packages, without);
}

async function download(packages: readonly string[], archives: string): Promise<void> {
  const present = await readdir(archives);
  const missing = packages.filter((name) => !present.some((file) => file.startsWith(`${name}_`)));
  if (missing.length === 0) return;
  // Beside, and moved in when complete: another build may be looking for the same packages.
  const fresh = await mkdtemp(join(archives, 'download-'));
  try {
    await run('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...missing], {
      cwd: fresh,
      maxBuffer: 64 << 20,
    });
    for (const name of await readdir(fresh)) await rename(join(fresh, name), join(archives, name));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Keeps directory links in place (`--keep-directory-symlink`), which dpkg-deb's own extraction would replace. */
async function unpack(archive: string, folder: string): Promise<void> {
  const script = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --no-same-owner -C "$2"';
  await run('bash', ['-o', 'pipefail', '-c', script, 'bash', archive, folder]);
}
