import { nodes } from '#api/core/v1/node.ts';
import type { ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf } from '#reconciler/mappings.ts';
import { firstFreeRange } from './plan.ts';

/** Gives each node a range of pod addresses of its own. Source: kubernetes pkg/controller/nodeipam/ipam/range_allocator.go. */
export const nodeIpamController: ControllerFactory = ({ client, informers, events, options }) => ({
  name: 'node-controller',
  watches: [enqueueSelf(nodes)],
  // One at a time: two nodes must never be given the same range.
  workers: 1,
  async reconcile({ key: name, signal }) {
    const node = informers.for(nodes).get(name);
    if (!node || node.spec?.podCIDR || node.metadata.deletionTimestamp) return;
    const used = informers
      .for(nodes)
      .list()
      .map(({ spec }) => spec?.podCIDR)
      .filter((each) => each !== undefined);
    const podCIDR = firstFreeRange(options.clusterCIDR, options.nodeCIDRMaskSize, new Set(used));
    if (!podCIDR) {
      events.event(node, {
        type: 'Normal',
        reason: 'CIDRNotAvailable',
        message: `Node ${name} status is now: CIDRNotAvailable`,
      });
      throw new Error(
        `failed to allocate cidr from cluster cidr: CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range`,
      );
    }
    const patch = { spec: { podCIDR, podCIDRs: [podCIDR] } };
    await client.patch(
      nodes,
      { namespace: '', name },
      { patchType: 'application/strategic-merge-patch+json', patch },
      { signal },
    );
  },
});
