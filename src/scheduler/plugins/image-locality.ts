import { MAX_SCORE, type PluginFactory } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';

const MEGABYTE = 1024 * 1024;
const LEAST_BYTES = 23 * MEGABYTE;
const MOST_BYTES_A_CONTAINER = 1_000 * MEGABYTE;

/** Prefers nodes that have the pod's images already, the more the larger they are. Source: image_locality.go. */
export const imageLocality: PluginFactory = ({ snapshot }) => ({
  name: 'ImageLocality',
  score(_, pod, node) {
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    let present = 0;
    for (const { image = '' } of containers) {
      const name = withTag(image);
      const size = sizeOn(node, name);
      if (size > 0) present += size * spread(snapshot().nodes, name);
    }
    const most = MOST_BYTES_A_CONTAINER * containers.length;
    const counted = Math.min(most, Math.max(LEAST_BYTES, present));
    return Math.floor((MAX_SCORE * (counted - LEAST_BYTES)) / (most - LEAST_BYTES));
  },
});

const withTag = (image: string) => (/:[^/]+$|@/.test(image) ? image : `${image}:latest`);

function sizeOn({ node }: NodeInfo, name: string): number {
  return node.status.images?.find(({ names }) => names?.includes(name))?.sizeBytes ?? 0;
}

/** An image that few nodes have counts less, or all its pods would gather there. */
function spread(nodes: readonly NodeInfo[], name: string): number {
  return nodes.filter((node) => sizeOn(node, name) > 0).length / nodes.length;
}
