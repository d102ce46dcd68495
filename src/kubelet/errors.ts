/** The image could not be had; `reason` is what the container's waiting state shows first. */
export class ImagePullFailed extends Error {
  override name = 'ImagePullFailed';
  readonly reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'InvalidImageName' | 'RegistryUnavailable';
  constructor(reason: ImagePullFailed['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
