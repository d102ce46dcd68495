import { importArchive } from '#images/import-archive.ts';
import { isReference, normalizeReference } from '#images/reference.ts';
import { ImagePullFailed } from '../../errors.ts';
import { RuntimeCallFailed } from '../errors.ts';
import type { Image, ImageService, RegistryAuth } from '../runtime.ts';
import { type Cri, unlessGone } from './cri.ts';
import type { FilesystemUsageMessage, ImageMessage } from './messages.ts';

export function criImages(cri: Cri): ImageService {
  return {
    async status(image) {
      const request = { image: { image: nameOf(image) } };
      const response = await cri.image<{ image: ImageMessage | null }>('ImageStatus', request);
      return response.image ? fromImage(response.image) : undefined;
    },
    async list() {
      const { images } = await cri.image<{ images: readonly ImageMessage[] }>('ListImages', {});
      return images.map(fromImage);
    },
    pull: (image, auth) => pullImage(cri, image, auth),
    remove: (image) => unlessGone(cri.image('RemoveImage', { image: { image: nameOf(image) } })),
    importArchive: (file, name) => importArchive(cri.channel, file, name),
    async fsInfo() {
      type Response = { imageFilesystems: readonly FilesystemUsageMessage[] };
      const { imageFilesystems } = await cri.image<Response>('ImageFsInfo', {});
      const [usage] = imageFilesystems;
      return {
        usedBytes: usage?.usedBytes?.value ?? 0,
        inodesUsed: usage?.inodesUsed?.value ?? 0,
        mountpoint: usage?.fsId?.mountpoint ?? '',
      };
    },
  };
}

const IMAGE_ID = /^(sha256:)?[0-9a-f]{64}$/;

/** Ids stay as they are; names get their full form. */
function nameOf(image: string): string {
  return IMAGE_ID.test(image) || !isReference(image) ? image : normalizeReference(image);
}

async function pullImage(cri: Cri, image: string, auth?: RegistryAuth): Promise<string> {
  if (!isReference(image)) {
    throw new ImagePullFailed(
      'InvalidImageName',
      `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`,
    );
  }
  try {
    const request = { image: { image: normalizeReference(image) }, ...(auth && { auth }) };
    return (await cri.image<{ imageRef: string }>('PullImage', request, {})).imageRef;
  } catch (error) {
    if (!(error instanceof RuntimeCallFailed)) throw error;
    const reason = error.description.startsWith('RegistryUnavailable') ? 'RegistryUnavailable' : 'ErrImagePull';
    throw new ImagePullFailed(reason, error.message, { cause: error });
  }
}

function fromImage(message: ImageMessage): Image {
  return {
    id: message.id,
    repoTags: message.repoTags,
    repoDigests: message.repoDigests,
    sizeBytes: message.size,
    uid: message.uid?.value,
    username: message.username || undefined,
  };
}
