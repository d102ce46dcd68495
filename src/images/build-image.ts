import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { type Blob, blobBytes, type ImageArchive, isIndex, openArchive } from './archive.ts';
import { digestOf } from './digest.ts';
import { BadArchive } from './errors.ts';
import {
  CONFIG_TYPE,
  type Descriptor,
  GZIP_LAYER_TYPE,
  IMAGE_NAME,
  type ImageConfig,
  type Index,
  LAYER_TYPE,
  MANIFEST_TYPE,
  type Manifest,
  type ProcessConfig,
  REF_NAME,
} from './oci.ts';
import type { Architecture } from './pause-elf.ts';
import { normalizeReference } from './reference.ts';
import { type LayerEntry, layerTar } from './tar-write.ts';

export interface ImageRecipe {
  readonly name: string;
  /** One list of entries a layer, the lowest first. */
  readonly layers: readonly (readonly LayerEntry[])[];
  /** An image archive that the layers go on top of; its process settings hold where `process` says nothing. */
  readonly base?: string | undefined;
  readonly process?: ProcessConfig | undefined;
  readonly architecture?: Architecture | undefined;
  /** Small files, or written and read fast; default `gzip`. */
  readonly compression?: 'gzip' | 'none' | undefined;
}

/** This machine's architecture in OCI's words. */
export const machineArchitecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

/**
 * Writes an OCI layout tar with one image. The same recipe gives the same bytes.
 * @returns the image's full name and the digest of its manifest.
 */
export async function buildImage(recipe: ImageRecipe, file: string): Promise<{ name: string; digest: string }> {
  const name = normalizeReference(recipe.name);
  await using base = recipe.base === undefined ? undefined : await openArchive(recipe.base);
  const blobs = new Map<string, Blob>();
  const add = (bytes: Buffer, mediaType: string): Descriptor => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const below = base ? await readBase(base, recipe.base ?? '', blobs) : undefined;
  const own: { layer: Descriptor; diffId: string }[] = [];
  for (const entries of recipe.layers) {
    const tar = await layerTar(entries);
    const layer = recipe.compression === 'none' ? add(tar, LAYER_TYPE) : add(gzipSync(tar), GZIP_LAYER_TYPE);
    own.push({ layer, diffId: digestOf(tar) });
  }
  const config = add(
    json(
      imageConfig(
        recipe,
        below?.config,
        own.map((made) => made.diffId),
      ),
    ),
    CONFIG_TYPE,
  );
  const layers = [...(below?.layers ?? []), ...own.map((made) => made.layer)];
  const manifest = add(json({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config, layers }), MANIFEST_TYPE);
  await writeLayout(file, { blobs, manifest, name, architecture: recipe.architecture ?? machineArchitecture });
  return { name, digest: manifest.digest };
}

const json = (value: object) => Buffer.from(JSON.stringify(value));
const EPOCH = '1970-01-01T00:00:00Z';

function imageConfig(recipe: ImageRecipe, base: ImageConfig | undefined, diffIds: readonly string[]): ImageConfig {
  return {
    created: EPOCH,
    architecture: recipe.architecture ?? base?.architecture ?? machineArchitecture,
    os: 'linux',
    config: mergeProcess(base?.config ?? {}, recipe.process ?? {}),
    rootfs: { type: 'layers', diff_ids: [...(base?.rootfs.diff_ids ?? []), ...diffIds] },
    history: [...(base?.history ?? []), ...diffIds.map(() => ({ created: EPOCH, created_by: 'timonel image build' }))],
  };
}

/** Variables, labels, ports and volumes add up; a new entrypoint drops the base's arguments, as a Dockerfile's does. */
function mergeProcess(base: ProcessConfig, own: ProcessConfig): ProcessConfig {
  const names = new Set(own.Env?.map((variable) => variable.split('=')[0]));
  const env = [...(base.Env ?? []).filter((variable) => !names.has(variable.split('=')[0])), ...(own.Env ?? [])];
  const merged: ProcessConfig = { ...base, ...own };
  if (own.Entrypoint && !own.Cmd) delete merged.Cmd;
  if (env.length > 0) merged.Env = env;
  for (const field of ['ExposedPorts', 'Volumes'] as const) {
    if (base[field] || own[field]) merged[field] = { ...base[field], ...own[field] };
  }
  if (base.Labels || own.Labels) merged.Labels = { ...base.Labels, ...own.Labels };
  return merged;
}

async function readBase(archive: ImageArchive, file: string, blobs: Map<string, Blob>) {
  const read = async <T>(descriptor: Descriptor): Promise<T> => {
    const blob = archive.blob(descriptor.digest);
    if (!blob) throw new BadArchive(`${file} lacks blob ${descriptor.digest}`);
    return JSON.parse((await blobBytes(blob)).toString('utf8')) as T;
  };
  let target = archive.images[0]?.target;
  if (target && isIndex(target)) {
    const { manifests } = await read<Index>(target);
    target = manifests.find(
      ({ platform }) => platform?.os === 'linux' && platform.architecture === machineArchitecture,
    );
  }
  if (!target) throw new BadArchive(`${file} holds no image for linux/${machineArchitecture}`);
  const manifest = await read<Manifest>(target);
  for (const { digest } of manifest.layers) {
    const blob = archive.blob(digest);
    if (!blob) throw new BadArchive(`${file} lacks layer ${digest}`);
    blobs.set(digest, blob);
  }
  return { layers: manifest.layers, config: await read<ImageConfig>(manifest.config) };
}

interface Layout {
  readonly blobs: ReadonlyMap<string, Blob>;
  readonly manifest: Descriptor;
  readonly name: string;
  readonly architecture: Architecture;
}

/** Written beside and renamed, so that a crash leaves no half archive under the name. */
async function writeLayout(file: string, { blobs, manifest, name, architecture }: Layout): Promise<void> {
  const annotations = { [IMAGE_NAME]: name, [REF_NAME]: name.slice(name.lastIndexOf(':') + 1) };
  const index: Index = {
    schemaVersion: 2,
    manifests: [{ ...manifest, platform: { architecture, os: 'linux' }, annotations }],
  };
  const tar = pack();
  const partial = `${file}.partial`;
  const written = pipeline(tar, createWriteStream(partial));
  const fill = async () => {
    await putBlob(tar, 'oci-layout', json({ imageLayoutVersion: '1.0.0' }));
    await putBlob(tar, 'index.json', json(index));
    for (const [digest, blob] of [...blobs].sort(([a], [b]) => (a < b ? -1 : 1))) {
      await putBlob(tar, `blobs/${digest.replace(':', '/')}`, blob);
    }
    tar.finalize();
  };
  try {
    await Promise.all([written, fill()]);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function putBlob(tar: ReturnType<typeof pack>, name: string, blob: Blob): Promise<void> {
  const size = Buffer.isBuffer(blob) ? blob.length : blob.size;
  const source = Buffer.isBuffer(blob)
    ? Readable.from([blob])
    : createReadStream(blob.file, { start: blob.offset, end: blob.offset + blob.size - 1 });
  const entry = tar.entry({ name, size, mode: 0o644, mtime: new Date(0) });
  await pipeline(source, entry);
}
