/** The container cannot be described yet; `CreateContainerConfigError` in its waiting state. */
export class ContainerConfigError extends Error {
  override name = 'ContainerConfigError';
}
