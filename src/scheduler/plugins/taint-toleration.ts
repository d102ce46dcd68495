import { isTolerated } from '#api/tolerations.ts';
import type { Taint } from '#gen/core/v1.ts';
import { normalizeByHighest, type PluginFactory, skip, success, unresolvable } from '../framework.ts';

const repels = ({ effect }: Taint) => effect === 'NoSchedule' || effect === 'NoExecute';

/** Keeps pods off nodes whose taints they do not tolerate, and prefers nodes without taints that would rather not. */
export const taintToleration: PluginFactory = () => ({
  name: 'TaintToleration',
  eventsToRegister: [{ resource: 'nodes', actions: ['add', 'update'] }],
  filter(_, pod, { node }) {
    const taint = node.spec.taints?.find((one) => repels(one) && !isTolerated(one, pod.spec.tolerations ?? []));
    if (!taint) return success;
    return unresolvable('node(s) had untolerated taint(s)');
  },
  preScore: (_, __, nodes) =>
    nodes.some(({ node }) => node.spec.taints?.some(({ effect }) => effect === 'PreferNoSchedule')) ? success : skip,
  score(_, pod, { node }) {
    const tolerations = (pod.spec.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    const taints = (node.spec.taints ?? []).filter(({ effect }) => effect === 'PreferNoSchedule');
    return taints.filter((taint) => !isTolerated(taint, tolerations)).length;
  },
  normalizeScore: (_, __, scores) => normalizeByHighest(scores, { reverse: true }),
});
