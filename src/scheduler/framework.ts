import type { Client } from '#client/client.ts';
import type { InformerSet } from '#client/informer.ts';
import type { Node, Pod } from '#gen/core/v1.ts';
import type { NodeInfo } from './node-info.ts';

/**
 * The scheduling framework: an extension point is an optional method of a plugin, and the ordered list of plugins is
 * the behaviour. Source: kube-scheduler framework v1, KEP-624.
 */
export interface Plugin {
  readonly name: string;
  /** What may make a pod schedulable that this plugin rejected. */
  readonly eventsToRegister?: readonly ClusterEvent[];
  /** Keeps a pod out of the queue; a returned status says why. */
  readonly preEnqueue?: (pod: Pod) => Status;
  /** Work once per pod; Skip leaves the plugin's filter out. May narrow the nodes down by name. */
  readonly preFilter?: (state: CycleState, pod: Pod) => PreFilterResult;
  readonly filter?: (state: CycleState, pod: Pod, node: NodeInfo) => Status;
  /** When no node fits: may make room, and nominate a node. */
  readonly postFilter?: (state: CycleState, pod: Pod, failures: NodeFailures) => Promise<PostFilterResult>;
  /** Work once per pod before scoring; Skip leaves the plugin's score out. */
  readonly preScore?: (state: CycleState, pod: Pod, nodes: readonly NodeInfo[]) => Status;
  /** 0 to 100, unless `normalizeScore` brings it there. */
  readonly score?: (state: CycleState, pod: Pod, node: NodeInfo) => number;
  readonly normalizeScore?: (state: CycleState, pod: Pod, scores: NodeScore[]) => void;
  readonly reserve?: (state: CycleState, pod: Pod, nodeName: string) => Status;
  readonly unreserve?: (state: CycleState, pod: Pod, nodeName: string) => void;
  readonly preBind?: (state: CycleState, pod: Pod, nodeName: string) => Promise<Status>;
  readonly bind?: (state: CycleState, pod: Pod, nodeName: string) => Promise<Status>;
}

export type PluginFactory = (handle: Handle) => Plugin;

/** What plugins may reach: the snapshot of this cycle and the cluster behind it. */
export interface Handle {
  readonly client: Client;
  readonly informers: InformerSet;
  /** All nodes of the current snapshot. */
  readonly snapshot: () => Snapshot;
  /** Whether the pod would pass all filters on the node as given; for preemption's dry runs. */
  readonly runFilters: (state: CycleState, pod: Pod, node: NodeInfo) => Status;
  readonly signal: AbortSignal;
}

export interface Snapshot {
  readonly nodes: readonly NodeInfo[];
  get(name: string): NodeInfo | undefined;
}

export interface ClusterEvent {
  readonly resource: string;
  readonly actions: readonly ('add' | 'update' | 'delete')[];
}

/** Notes of plugins to themselves during one cycle, by plugin name. */
export type CycleState = Map<string, unknown>;

export type StatusCode =
  | 'Success'
  | 'Unschedulable'
  /** Nothing that happens to other pods can help. */
  | 'UnschedulableAndUnresolvable'
  | 'Wait'
  | 'Skip'
  | 'Error';

export interface Status {
  readonly code: StatusCode;
  readonly reasons: readonly string[];
  /** The plugin that said so; filled in by the cycle. */
  readonly plugin?: string;
}

export const success: Status = { code: 'Success', reasons: [] };
export const skip: Status = { code: 'Skip', reasons: [] };
export const unschedulable = (...reasons: string[]): Status => ({ code: 'Unschedulable', reasons });
export const unresolvable = (...reasons: string[]): Status => ({ code: 'UnschedulableAndUnresolvable', reasons });
export const failed = (error: unknown): Status => ({
  code: 'Error',
  reasons: [error instanceof Error ? error.message : String(error)],
});

export const isRejected = ({ code }: Status): boolean =>
  code === 'Unschedulable' || code === 'UnschedulableAndUnresolvable';

export interface PreFilterResult {
  readonly status: Status;
  /** Only these nodes are looked at; absent means all. */
  readonly nodeNames?: ReadonlySet<string> | undefined;
}

export interface PostFilterResult {
  readonly status: Status;
  readonly nominatedNodeName?: string | undefined;
}

/** Why each node was refused, by name. */
export type NodeFailures = ReadonlyMap<string, Status>;

export interface NodeScore {
  readonly node: NodeInfo;
  score: number;
}

/** A plugin in the list, with the weight of its score. */
export interface PluginEntry {
  readonly create: PluginFactory;
  readonly weight?: number;
}

export const MAX_SCORE = 100;

/** Brings raw scores to 0 … 100 by the highest one; `reverse` makes the lowest the best. Source: helper.DefaultNormalizeScore. */
export function normalizeByHighest(scores: NodeScore[], { reverse }: { reverse: boolean }): void {
  const highest = scores.reduce((max, { score }) => Math.max(max, score), 0);
  for (const entry of scores) {
    const scaled = highest === 0 ? 0 : Math.floor((MAX_SCORE * entry.score) / highest);
    entry.score = reverse ? MAX_SCORE - scaled : scaled;
  }
}

export type { Node, Pod };
