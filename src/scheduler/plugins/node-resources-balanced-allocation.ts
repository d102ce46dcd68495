import { MAX_SCORE, type PluginFactory } from '../framework.ts';
import { podRequests } from '../pod-requests.ts';

/** Prefers nodes on which CPU and memory would be used in the same proportion. Source: balanced_allocation.go. */
export const nodeResourcesBalancedAllocation: PluginFactory = () => ({
  name: 'NodeResourcesBalancedAllocation',
  score(_, pod, node) {
    const asked = podRequests(pod);
    const share = (name: 'cpu' | 'memory') => {
      const total = node.allocatable.get(name) ?? 0;
      const used = (node.requested.get(name) ?? 0) + (asked.get(name) ?? 0);
      return total === 0 ? 1 : Math.min(1, used / total);
    };
    // The standard deviation of two values is half their distance.
    return Math.floor((1 - Math.abs(share('cpu') - share('memory')) / 2) * MAX_SCORE);
  },
});
