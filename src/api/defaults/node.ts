import type { Node } from '#gen/core/v1.ts';

/** `podCIDR` is the first of `podCIDRs`; all that a node has is allocatable until its kubelet says otherwise. */
export function defaultNode({ spec, status }: Node): void {
  if (spec?.podCIDR && !spec.podCIDRs?.length) spec.podCIDRs = [spec.podCIDR];
  else if (spec?.podCIDRs?.[0]) spec.podCIDR ??= spec.podCIDRs[0];
  if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
}
