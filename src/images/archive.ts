import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { digestOf, digestOfSlice, type FileSlice, readWhole } from './digest.ts';
import { BadArchive } from './errors.ts';
import {
  CONFIG_TYPE,
  type Descriptor,
  DOCKER_INDEX_TYPE,
  GZIP_LAYER_TYPE,
  IMAGE_NAME,
  INDEX_TYPE,
  type Index,
  LAYER_TYPE,
  MANIFEST_TYPE,
  type Manifest,
  REF_NAME,
} from './oci.ts';
import { normalizeReference } from './reference.ts';
import { indexTar, type TarIndex } from './tar-index.ts';

/** One image of an archive: what it is called and the blobs it is made of. */
export interface ArchivedImage {
  /** The full name, or undefined where the archive gives none. */
  readonly name: string | undefined;
  readonly target: Descriptor;
}

export interface ImageArchive extends AsyncDisposable {
  readonly images: readonly ArchivedImage[];
  /** A blob's bytes in the archive, or made from it. */
  blob(digest: string): Blob | undefined;
}

export type Blob = FileSlice | Buffer;

/** Opens an OCI layout tar or a docker-archive tar, either of them gzipped as a whole or not. @throws {BadArchive} */
export async function openArchive(file: string): Promise<ImageArchive> {
  const plain = await plainTar(file);
  try {
    const tar = await indexTar(plain.file);
    const contents = tar.find('index.json') ? await readOciLayout(tar, file) : await readDockerArchive(tar, file);
    return { ...contents, [Symbol.asyncDispose]: plain.dispose };
  } catch (error) {
    await plain.dispose();
    throw error;
  }
}

/** @returns all bytes of a blob that is known to be small. */
export async function blobBytes(blob: Blob): Promise<Buffer> {
  return Buffer.isBuffer(blob) ? blob : readWhole(blob);
}

async function plainTar(file: string): Promise<{ file: string; dispose: () => Promise<void> }> {
  if (!(await isGzip({ file, offset: 0, size: 2 }))) return { file, dispose: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'timonel-image-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  const unpacked = join(folder, 'image.tar');
  try {
    await pipeline(createReadStream(file), createGunzip(), createWriteStream(unpacked));
  } catch (error) {
    await dispose();
    throw new BadArchive(`${file} is a damaged gzip file`, { cause: error });
  }
  return { file: unpacked, dispose };
}

async function isGzip({ file, offset }: FileSlice): Promise<boolean> {
  await using handle = await open(file);
  const magic = Buffer.alloc(2);
  await handle.read(magic, 0, 2, offset);
  return magic[0] === 0x1f && magic[1] === 0x8b;
}

type Contents = Omit<ImageArchive, typeof Symbol.asyncDispose>;

async function readOciLayout(tar: TarIndex, file: string): Promise<Contents> {
  const index = await readJson<Index>(tar, 'index.json', file);
  const images = (index.manifests ?? []).map((target) => ({ name: nameOf(target), target }));
  if (images.length === 0) throw new BadArchive(`${file} holds no image: its index.json lists no manifests`);
  return { images, blob: (digest) => tar.find(`blobs/${digest.replace(':', '/')}`) };
}

function nameOf({ annotations = {} }: Descriptor): string | undefined {
  const full = annotations[IMAGE_NAME];
  if (full) return normalizeReference(full);
  const reference = annotations[REF_NAME];
  return reference && /[/:]/.test(reference) ? normalizeReference(reference) : undefined;
}

interface DockerImage {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

async function readDockerArchive(tar: TarIndex, file: string): Promise<Contents> {
  if (!tar.find('manifest.json')) {
    throw new BadArchive(`${file} is not an image archive: it has neither index.json (OCI) nor manifest.json (docker)`);
  }
  const blobs = new Map<string, Blob>();
  const images: ArchivedImage[] = [];
  for (const image of await readJson<readonly DockerImage[]>(tar, 'manifest.json', file)) {
    const target = await convertDockerImage({ tar, file, image, blobs });
    const names = image.RepoTags?.length ? image.RepoTags : [undefined];
    for (const name of names) images.push({ name: name && normalizeReference(name), target });
  }
  return { images, blob: (digest) => blobs.get(digest) };
}

interface DockerConversion {
  readonly tar: TarIndex;
  readonly file: string;
  readonly image: DockerImage;
  readonly blobs: Map<string, Blob>;
}

/** Docker archives have no manifest of their own, so one is made. */
async function convertDockerImage({ tar, file, image, blobs }: DockerConversion): Promise<Descriptor> {
  const need = (path: string): FileSlice => {
    const slice = tar.find(path);
    if (!slice) throw new BadArchive(`${file} lacks ${path}, which its manifest.json names`);
    return slice;
  };
  const add = async (slice: FileSlice, mediaType: string): Promise<Descriptor> => {
    const digest = await digestOfSlice(slice);
    blobs.set(digest, slice);
    return { mediaType, digest, size: slice.size };
  };
  const layers: Descriptor[] = [];
  for (const path of image.Layers) {
    const slice = need(path);
    layers.push(await add(slice, (await isGzip(slice)) ? GZIP_LAYER_TYPE : LAYER_TYPE));
  }
  const config = await add(need(image.Config), CONFIG_TYPE);
  const manifest: Manifest = { schemaVersion: 2, mediaType: MANIFEST_TYPE, config, layers };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = digestOf(bytes);
  blobs.set(digest, bytes);
  return { mediaType: MANIFEST_TYPE, digest, size: bytes.length };
}

async function readJson<T>(tar: TarIndex, path: string, file: string): Promise<T> {
  const slice = tar.find(path);
  if (!slice) throw new BadArchive(`${file} lacks ${path}`);
  try {
    return JSON.parse((await readWhole(slice)).toString('utf8')) as T;
  } catch (error) {
    throw new BadArchive(`${path} in ${file} is not JSON`, { cause: error });
  }
}

/** Whether a descriptor is a list of manifests (one per platform) rather than a manifest. */
export function isIndex({ mediaType }: Descriptor): boolean {
  return mediaType === INDEX_TYPE || mediaType === DOCKER_INDEX_TYPE;
}
