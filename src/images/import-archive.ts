import { randomUUID } from 'node:crypto';
import { type ArchivedImage, type Blob, blobBytes, type ImageArchive, isIndex, openArchive } from './archive.ts';
import { type GrpcChannel, hasCode } from './containerd/grpc.ts';
import { readSlice } from './digest.ts';
import { BadArchive } from './errors.ts';
import { type Descriptor, type Index, MANIFEST_TYPE, type Manifest } from './oci.ts';
import { isReference, normalizeReference } from './reference.ts';

const CONTENT = 'containerd.services.content.v1.Content';
const IMAGES = 'containerd.services.images.v1.Images';
const LEASES = 'containerd.services.leases.v1.Leases';

/**
 * Takes every image of an archive into containerd's `k8s.io` namespace. Content that is there already is kept.
 * `name` renames the archive's only image. @returns the full names. @throws {BadArchive}
 */
export async function importArchive(channel: GrpcChannel, file: string, name?: string): Promise<readonly string[]> {
  await using archive = await openArchive(file);
  const named = nameImages(archive.images, file, name);
  await using lease = await takeLease(channel);
  const importer: Importer = { channel, archive, lease: lease.id, file };
  for (const { name: fullName, target } of named) {
    await writeTree(importer, target);
    await recordImage(importer, fullName, target);
  }
  return named.map((image) => image.name);
}

interface Importer {
  readonly channel: GrpcChannel;
  readonly archive: ImageArchive;
  readonly lease: string;
  readonly file: string;
}

interface NamedImage {
  readonly name: string;
  readonly target: Descriptor;
}

function nameImages(images: readonly ArchivedImage[], file: string, name?: string): readonly NamedImage[] {
  if (name !== undefined) {
    if (!isReference(name)) throw new BadArchive(`"${name}" is not an image name`);
    const [only] = images;
    if (!only || images.some((image) => image.target.digest !== only.target.digest)) {
      throw new BadArchive(`${file} holds ${images.length} images; a name can be given only to a single one`);
    }
    return [{ name: normalizeReference(name), target: only.target }];
  }
  return images.map((image) => {
    if (image.name === undefined) throw new BadArchive(`an image in ${file} has no name: give it one`);
    return { name: image.name, target: image.target };
  });
}

/** While the lease lives, containerd's garbage collector spares what was written under it. */
async function takeLease(channel: GrpcChannel): Promise<AsyncDisposable & { id: string }> {
  const labels = { 'containerd.io/gc.expire': new Date(Date.now() + 3_600_000).toISOString() };
  const { lease } = await channel.unary<{ lease: { id: string } }>(`${LEASES}/Create`, {
    id: `timonel-import-${randomUUID()}`,
    labels,
  });
  return {
    id: lease.id,
    async [Symbol.asyncDispose]() {
      await channel.unary(`${LEASES}/Delete`, { id: lease.id });
    },
  };
}

/** Writes a manifest or index after everything it refers to; labels tell the garbage collector what it holds on to. */
async function writeTree(importer: Importer, target: Descriptor): Promise<void> {
  const bytes = await blobBytes(needBlob(importer, target));
  if (isIndex(target)) return writeIndex(importer, target, bytes);
  const manifest = JSON.parse(bytes.toString('utf8')) as Manifest;
  const labels: Record<string, string> = { 'containerd.io/gc.ref.content.config': manifest.config.digest };
  for (const [index, layer] of manifest.layers.entries()) {
    await writeBlob(importer, layer, {});
    labels[`containerd.io/gc.ref.content.l.${index}`] = layer.digest;
  }
  await writeBlob(importer, manifest.config, {});
  await writeBlob(importer, target, labels);
}

/** An index may list platforms whose blobs the archive leaves out. */
async function writeIndex(importer: Importer, target: Descriptor, bytes: Buffer): Promise<void> {
  const { manifests } = JSON.parse(bytes.toString('utf8')) as Index;
  const present = manifests.filter((manifest) => importer.archive.blob(manifest.digest));
  if (present.length === 0) throw new BadArchive(`${importer.file} lacks every manifest that ${target.digest} lists`);
  const labels: Record<string, string> = {};
  for (const [index, manifest] of present.entries()) {
    await writeTree(importer, manifest);
    labels[`containerd.io/gc.ref.content.m.${index}`] = manifest.digest;
  }
  await writeBlob(importer, target, labels);
}

function needBlob({ archive, file }: Importer, { digest }: Descriptor): Blob {
  const blob = archive.blob(digest);
  if (!blob) throw new BadArchive(`${file} lacks blob ${digest}: is the archive complete?`);
  return blob;
}

async function writeBlob(importer: Importer, descriptor: Descriptor, labels: Record<string, string>): Promise<void> {
  const blob = needBlob(importer, descriptor);
  const responses = importer.channel.duplex<{ action: string }>(
    `${CONTENT}/Write`,
    writeRequests(descriptor, blob, labels),
    { lease: importer.lease },
  );
  try {
    for await (const { action } of responses) if (action === 'COMMIT') return;
  } catch (error) {
    if (hasCode(error, 'ALREADY_EXISTS')) return;
    if (hasCode(error, 'FAILED_PRECONDITION', 'INVALID_ARGUMENT')) {
      throw new BadArchive(`blob ${descriptor.digest} in ${importer.file} is damaged`, { cause: error });
    }
    throw error;
  }
}

async function* writeRequests(
  descriptor: Descriptor,
  blob: Blob,
  labels: Record<string, string>,
): AsyncGenerator<object> {
  const { digest, size } = descriptor;
  const common = { ref: `timonel-${digest}-${randomUUID()}`, total: size, expected: digest };
  let offset = 0;
  const chunks = Buffer.isBuffer(blob) ? [blob] : readSlice(blob);
  for await (const data of chunks) {
    yield { ...common, action: 'WRITE', offset, data };
    offset += data.length;
  }
  yield { ...common, action: 'COMMIT', offset, labels };
}

async function recordImage({ channel }: Importer, name: string, target: Descriptor): Promise<void> {
  const image = {
    name,
    target: { mediaType: target.mediaType ?? MANIFEST_TYPE, digest: target.digest, size: target.size },
  };
  try {
    await channel.unary(`${IMAGES}/Create`, { image });
  } catch (error) {
    if (!hasCode(error, 'ALREADY_EXISTS')) throw error;
    await channel.unary(`${IMAGES}/Update`, { image });
  }
}
