import { fitsNode, matchesTerm } from '#api/node-selector.ts';
import { normalizeByHighest, type PluginFactory, skip, success, unresolvable } from '../framework.ts';

/** `nodeSelector` and node affinity: the required decides, the preferred scores. */
export const nodeAffinity: PluginFactory = () => ({
  name: 'NodeAffinity',
  eventsToRegister: [{ resource: 'nodes', actions: ['add', 'update'] }],
  preFilter(_, pod) {
    const { nodeSelector, affinity } = pod.spec;
    const hasRequired = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
    return { status: hasRequired || Object.keys(nodeSelector ?? {}).length > 0 ? success : skip };
  },
  filter: (_, pod, { node }) =>
    fitsNode(pod.spec, node) ? success : unresolvable("node(s) didn't match Pod's node affinity/selector"),
  preScore: (_, pod) =>
    pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.length ? success : skip,
  score(_, pod, { node }) {
    const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    let sum = 0;
    for (const { weight, preference } of preferred) if (preference && matchesTerm(preference, node)) sum += weight;
    return sum;
  },
  normalizeScore: (_, __, scores) => normalizeByHighest(scores, { reverse: false }),
});
