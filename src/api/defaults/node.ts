import type { Node } from '#gen/core/v1.ts';

/** All that a node has is allocatable until its kubelet says otherwise. */
export function defaultNode({ status }: Node): void {
  if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
}
