import { createHash } from 'node:crypto';
import { openArchive } from '#images/archive.ts';
import { isReference, normalizeReference } from '#images/reference.ts';
import { ImagePullFailed } from '../../errors.ts';
import type { Image, ImageService } from '../runtime.ts';

/** Every image is present as soon as it is asked for, unless `failures` names it. */
export function simulatedImages(failures: (image: string) => string | undefined): ImageService {
  const pulled = new Map<string, Image>();
  const present = (image: string): Image | undefined => {
    const name = nameOf(image);
    return name === undefined ? undefined : (pulled.get(name) ?? [...pulled.values()].find(({ id }) => id === image));
  };
  return {
    async status(image) {
      if (failures(image) !== undefined || nameOf(image) === undefined) return present(image);
      return present(image) ?? add(pulled, nameOf(image) ?? image);
    },
    list: async () => [...pulled.values()],
    async pull(image) {
      const name = nameOf(image);
      if (name === undefined) {
        throw new ImagePullFailed(
          'InvalidImageName',
          `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`,
        );
      }
      const failure = failures(image);
      if (failure !== undefined) throw new ImagePullFailed('ErrImagePull', failure);
      return add(pulled, name).id;
    },
    async remove(image) {
      for (const [name, { id }] of pulled) if (name === nameOf(image) || id === image) pulled.delete(name);
    },
    importArchive: async (file, name) => {
      await using archive = await openArchive(file);
      const names = archive.images.flatMap((image) => name ?? image.name ?? []).map(normalizeReference);
      for (const one of names) add(pulled, one);
      return names;
    },
    fsInfo: async () => ({ usedBytes: 0, inodesUsed: 0, mountpoint: '/' }),
  };
}

const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;

function nameOf(image: string): string | undefined {
  if (IMAGE_ID.test(image)) return image;
  return isReference(image) ? normalizeReference(image) : undefined;
}

/** The same name is the same image on every node. */
export function imageIdOf(image: string): string {
  if (IMAGE_ID.test(image)) return image;
  return `sha256:${createHash('sha256')
    .update(nameOf(image) ?? image)
    .digest('hex')}`;
}

function add(pulled: Map<string, Image>, name: string): Image {
  const id = imageIdOf(name);
  const image: Image = {
    id,
    repoTags: [name],
    repoDigests: [`${name.replace(/(@.*|:[^/:]*)$/, '')}@${id}`],
    sizeBytes: 0,
  };
  pulled.set(name, image);
  return image;
}
