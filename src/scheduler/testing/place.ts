import type { Node, Pod } from '#gen/core/v1.ts';
import { SchedulerCache } from '../cache.ts';
import { createCycle, type Placement } from '../cycle.ts';
import type { Handle, PluginFactory } from '../framework.ts';
import { defaultPlugins } from '../plugins/index.ts';

export interface World {
  readonly nodes: readonly Node[];
  /** Pods by the node they are on. */
  readonly running?: Readonly<Record<string, readonly Pod[]>>;
  /** Only these plugins; default all that need no cluster. */
  readonly plugins?: readonly PluginFactory[];
}

/** Decides for one pod on a world made by hand, without client and informers. */
export function place(pod: Pod, { nodes, running = {}, plugins }: World): Placement & { cache: SchedulerCache } {
  const cache = new SchedulerCache();
  for (const each of nodes) cache.setNode(each);
  for (const [nodeName, list] of Object.entries(running)) {
    for (const each of list) cache.setPod({ ...each, spec: { ...each.spec, nodeName } });
  }
  const handle = { snapshot: () => cache, signal: new AbortController().signal } as unknown as Handle;
  const chosen = plugins?.map((create) => ({ create })) ?? defaultPlugins;
  const enabled = chosen.map((entry) => ({
    plugin: entry.create(handle),
    weight: 'weight' in entry ? (entry.weight ?? 1) : 1,
  }));
  return { ...createCycle(enabled, () => 0.99).place(pod, cache), cache };
}
