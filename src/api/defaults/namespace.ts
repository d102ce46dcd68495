import type { Namespace } from '#gen/core/v1.ts';

/** Active, and labelled with its own name so that selectors can name it. */
export function defaultNamespace(namespace: Namespace): void {
  const { metadata } = namespace;
  namespace.spec ??= {};
  namespace.status ??= {};
  namespace.status.phase ||= 'Active';
  if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
}
