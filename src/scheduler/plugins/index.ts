import type { PluginEntry } from '../framework.ts';
import { defaultBinder } from './default-binder.ts';
import { imageLocality } from './image-locality.ts';
import { nodeAffinity } from './node-affinity.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation.ts';
import { nodeResourcesFit } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { schedulingGates } from './scheduling-gates.ts';
import { taintToleration } from './taint-toleration.ts';
import { volumeBinding } from './volume-binding.ts';

/** The order is the behaviour, and the weights are upstream's. Source: getDefaultPlugins. */
export const defaultPlugins: readonly PluginEntry[] = [
  { create: schedulingGates },
  { create: nodeUnschedulable },
  { create: nodeName },
  { create: taintToleration, weight: 3 },
  { create: nodeAffinity, weight: 2 },
  { create: nodePorts },
  { create: nodeResourcesFit },
  { create: volumeBinding },
  { create: nodeResourcesBalancedAllocation },
  { create: imageLocality },
  { create: defaultBinder },
];
