import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BadImageDescription } from './errors.ts';
import { entriesOf, type LayerEntry } from './tar-write.ts';

const run = promisify(execFile);
const BIG = { maxBuffer: 64 << 20 };

/** Folders of a package that no container reads. */
const NEEDLESS = /^usr\/share\/(doc|man|info|locale|lintian|bug|menu)(\/|$)/;

/**
 * The files of Debian packages and of all that they depend on, as apt resolves it, owned by root. The packages are
 * downloaded and unpacked aside; nothing is installed, and no maintainer script runs. @throws {BadImageDescription}
 */
export async function packageEntries(packages: readonly string[]): Promise<readonly LayerEntry[]> {
  const folder = await mkdtemp(join(tmpdir(), 'timonel-packages-'));
  try {
    const archives = await download(packages, folder);
    const root = join(folder, 'root');
    await makeMergedUsr(root);
    for (const archive of archives) await run('dpkg-deb', ['-x', archive, root], BIG);
    const entries = await entriesOf(root, '');
    return await withContent(entries.filter(({ path }) => path !== '' && !NEEDLESS.test(path)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The unpacked folder goes away, so files are read now. */
async function withContent(entries: readonly LayerEntry[]): Promise<readonly LayerEntry[]> {
  return Promise.all(
    entries.map(async (entry) => {
      if (entry.type !== 'file' || Buffer.isBuffer(entry.content)) return entry;
      return { ...entry, content: await readFile(entry.content.hostPath) };
    }),
  );
}

/** Asks apt as if nothing were installed here, so that everything needed comes along. */
async function download(packages: readonly string[], folder: string): Promise<readonly string[]> {
  const archives = join(folder, 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  const settings = [
    'Dir::State::status=/dev/null',
    `Dir::Cache::archives=${archives}`,
    'Debug::NoLocking=1',
    // The user that apt otherwise downloads as may not enter our folder.
    'APT::Sandbox::User=root',
  ].flatMap((setting) => ['-o', setting]);
  const install = [
    '-y',
    '-qq',
    '--download-only',
    '--no-install-recommends',
    ...settings,
    'install',
    '--',
    ...packages,
  ];
  await run('apt-get', install, BIG).catch((error: unknown) => {
    const remedy = 'run "apt-get update", or correct the name';
    throw new BadImageDescription(`packages: apt cannot get ${packages.join(', ')}: ${sayOf(error)}; ${remedy}`, {
      cause: error,
    });
  });
  return (await readdir(archives)).filter((name) => name.endsWith('.deb')).map((name) => join(archives, name));
}

/** Folders that are links into /usr, as on every Debian since 12. */
async function makeMergedUsr(root: string): Promise<void> {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(root, 'usr', name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
}

function sayOf(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  return stderr.trim().split('\n').at(-1) ?? '';
}
