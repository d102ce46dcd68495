import { isTolerated } from '#api/tolerations.ts';
import { type PluginFactory, success, unresolvable } from '../framework.ts';

/** Leaves cordoned nodes out, except for pods that tolerate it. */
export const nodeUnschedulable: PluginFactory = () => ({
  name: 'NodeUnschedulable',
  eventsToRegister: [{ resource: 'nodes', actions: ['add', 'update'] }],
  filter(_, pod, { node }) {
    if (!node.spec.unschedulable) return success;
    const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' as const };
    return isTolerated(taint, pod.spec.tolerations ?? []) ? success : unresolvable('node(s) were unschedulable');
  },
});
