import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { buildImage } from './build-image.ts';
import { debianRootfs } from './debian-rootfs.ts';
import { BadArchive } from './errors.ts';
import type { ProcessConfig } from './oci.ts';
import { isReference } from './reference.ts';
import { entriesOf, type LayerEntry } from './tar-write.ts';

/**
 * `image.json` in a folder: an image from Debian packages and files, in a few lines and without a registry.
 * Documented for users in docs/how-to/images.md.
 */
export interface ImageFolder {
  /** `example.com/web:1` */
  readonly name: string;
  /** An image archive to build upon, relative to the folder. */
  readonly from?: string | undefined;
  /** Packages of this machine's Debian or Ubuntu; their dependencies come along. */
  readonly packages?: readonly string[] | undefined;
  /** Dependencies to leave out, as regular expressions over names. */
  readonly withoutPackages?: readonly string[] | undefined;
  /** File or folder (relative to this one, or `${node}` for the Node binary that runs this) to its place in the image. */
  readonly copy?: Readonly<Record<string, string>> | undefined;
  /** Accounts for /etc/passwd and /etc/group, beside root. */
  readonly users?:
    | readonly { readonly name: string; readonly uid: number; readonly home?: string | undefined }[]
    | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly cmd?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly workdir?: string | undefined;
  /** `8080/tcp` */
  readonly ports?: readonly string[] | undefined;
}

const KEYS = [
  'name',
  'from',
  'packages',
  'withoutPackages',
  'copy',
  'users',
  'entrypoint',
  'cmd',
  'env',
  'user',
  'workdir',
  'ports',
];

export interface BuildFolderOptions {
  /** Holds `image.json`. */
  readonly folder: string;
  /** The OCI archive to write. */
  readonly file: string;
  /** Downloaded packages and unpacked files are kept here. */
  readonly cache: string;
  /** Instead of the name in `image.json`. */
  readonly name?: string | undefined;
}

/** Builds the image of a folder. @returns its full name and digest. @throws {BadArchive} with what is wrong in it. */
export async function buildImageFolder(options: BuildFolderOptions): Promise<{ name: string; digest: string }> {
  const { folder, file, cache } = options;
  const image = await readImageFolder(folder);
  const name = options.name ?? image.name;
  if (!isReference(name)) throw new BadArchive(`"${name}" is not an image name`);
  const temporary: string[] = [];
  try {
    const layers: LayerEntry[][] = [];
    if (image.packages && image.packages.length > 0) layers.push(await packageLayer(image, cache, temporary));
    const own = await ownLayer(image, folder);
    if (own.length > 0) layers.push(own);
    const base = image.from === undefined ? undefined : inFolder(folder, image.from);
    return await buildImage({ name, layers, base, process: processOf(image), compression: 'none' }, file);
  } finally {
    for (const path of temporary) await rm(path, { recursive: true, force: true });
  }
}

async function readImageFolder(folder: string): Promise<ImageFolder> {
  const path = join(folder, 'image.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BadArchive(`${folder} holds no image.json`, { cause });
  });
  let image: Partial<ImageFolder>;
  try {
    image = JSON.parse(text) as Partial<ImageFolder>;
  } catch (cause) {
    throw new BadArchive(`${path} is not JSON`, { cause });
  }
  const unknown = Object.keys(image).find((key) => !KEYS.includes(key));
  if (unknown) throw new BadArchive(`${path}: "${unknown}" is unknown; there are ${KEYS.join(', ')}`);
  if (typeof image.name !== 'string') throw new BadArchive(`${path}: "name" is missing`);
  return image as ImageFolder;
}

async function packageLayer(image: ImageFolder, cache: string, folders: string[]): Promise<LayerEntry[]> {
  await mkdir(cache, { recursive: true });
  // A folder of its own, since several builds may run at once; its files are read while the layer is written.
  const rootfs = await mkdtemp(join(cache, 'rootfs-'));
  folders.push(rootfs);
  const packages = image.packages ?? [];
  await debianRootfs({ packages, without: image.withoutPackages, folder: rootfs, cache });
  return [...(await entriesOf(rootfs, '/')), { type: 'directory', path: '/tmp', mode: 0o1777 }];
}

async function ownLayer(image: ImageFolder, folder: string): Promise<LayerEntry[]> {
  const entries: LayerEntry[] = [];
  for (const [from, to] of Object.entries(image.copy ?? {})) {
    entries.push(...(await entriesOf(from === '${node}' ? process.execPath : inFolder(folder, from), to)));
  }
  if (image.users) entries.push(...accounts(image.users));
  return entries;
}

const inFolder = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path));

function accounts(users: NonNullable<ImageFolder['users']>): LayerEntry[] {
  const all = [{ name: 'root', uid: 0, home: '/root' }, ...users];
  const passwd = all.map(({ name, uid, home }) => `${name}:x:${uid}:${uid}::${home ?? '/'}:/bin/sh\n`).join('');
  const group = all.map(({ name, uid }) => `${name}:x:${uid}:\n`).join('');
  return [
    { type: 'file', path: '/etc/passwd', content: Buffer.from(passwd) },
    { type: 'file', path: '/etc/group', content: Buffer.from(group) },
  ];
}

function processOf({ entrypoint, cmd, env, user, workdir, ports }: ImageFolder): ProcessConfig {
  const hasPath = env !== undefined && 'PATH' in env;
  const variables = {
    ...(!hasPath && { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }),
    ...env,
  };
  return {
    Env: Object.entries(variables).map(([key, value]) => `${key}=${value}`),
    ...(entrypoint && { Entrypoint: [...entrypoint] }),
    ...(cmd && { Cmd: [...cmd] }),
    ...(user !== undefined && { User: user }),
    ...(workdir !== undefined && { WorkingDir: workdir }),
    ...(ports && { ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])) }),
  };
}
