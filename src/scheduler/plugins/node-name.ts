import { type PluginFactory, success, unresolvable } from '../framework.ts';

/** Keeps a pod that names its node off every other node. */
export const nodeName: PluginFactory = () => ({
  name: 'NodeName',
  eventsToRegister: [{ resource: 'nodes', actions: ['add', 'update'] }],
  filter(_, pod, { name }) {
    const wanted = pod.spec.nodeName;
    return !wanted || wanted === name ? success : unresolvable("node(s) didn't match the requested node name");
  },
});
