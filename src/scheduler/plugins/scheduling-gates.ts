import { type PluginFactory, success, unresolvable } from '../framework.ts';

/** Keeps a pod out of the queue while gates are on it. Source: KEP-3521. */
export const schedulingGates: PluginFactory = () => ({
  name: 'SchedulingGates',
  preEnqueue(pod) {
    const gates = (pod.spec.schedulingGates ?? []).map(({ name }) => name);
    return gates.length === 0 ? success : unresolvable(`waiting for scheduling gates: [${gates.join(' ')}]`);
  },
});
