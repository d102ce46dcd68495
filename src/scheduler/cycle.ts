import {
  type CycleState,
  failed,
  isRejected,
  MAX_SCORE,
  type NodeScore,
  type Plugin,
  type Pod,
  type Snapshot,
  type Status,
  success,
} from './framework.ts';
import type { NodeInfo } from './node-info.ts';

export interface Enabled {
  readonly plugin: Plugin;
  readonly weight: number;
}

export interface NodeVerdict {
  readonly node: NodeInfo;
  readonly total: number;
  readonly scores: Readonly<Record<string, number>>;
}

export interface Placement {
  readonly state: CycleState;
  /** The best node; undefined when none fits. */
  readonly best: NodeInfo | undefined;
  readonly failures: ReadonlyMap<string, Status>;
  readonly scored: readonly NodeVerdict[];
  /** Set when a preFilter refused the pod as such. */
  readonly refusal: Status | undefined;
}

/** Nodes that are enough to choose from, of many. Source: numFeasibleNodesToFind. */
const ENOUGH_NODES = 100;
const LEAST_PERCENT = 5;

/** How many fitting nodes to find before scoring: all up to 100 nodes, then a falling share, at least 5 %. */
export function nodesToFind(nodeCount: number): number {
  if (nodeCount <= ENOUGH_NODES) return nodeCount;
  const percent = Math.max(LEAST_PERCENT, 50 - Math.floor(nodeCount / 125));
  return Math.max(ENOUGH_NODES, Math.floor((nodeCount * percent) / 100));
}

/** Decides for one pod; keeps where the last search ended, so that all nodes get their turn. */
export interface Cycle {
  place(pod: Pod, snapshot: Snapshot): Placement;
  /** All filters of the pod's cycle on one node. */
  runFilters(state: CycleState, pod: Pod, node: NodeInfo): Status;
}

const SKIPPED = 'timonel/skipped';

export function createCycle(enabled: readonly Enabled[], random: () => number = Math.random): Cycle {
  const filters = enabled.filter(({ plugin }) => plugin.filter);
  const scorers = enabled.filter(({ plugin }) => plugin.score);
  let startAt = 0;

  function runFilters(state: CycleState, pod: Pod, node: NodeInfo): Status {
    const skipped = state.get(SKIPPED) as ReadonlySet<string> | undefined;
    for (const { plugin } of filters) {
      if (skipped?.has(plugin.name)) continue;
      const status = plugin.filter?.(state, pod, node) ?? success;
      if (status.code !== 'Success') return { ...status, plugin: plugin.name };
    }
    return success;
  }

  function preFilter(state: CycleState, pod: Pod): { refusal?: Status; only?: ReadonlySet<string> } {
    const skipped = new Set<string>();
    let only: ReadonlySet<string> | undefined;
    for (const { plugin } of enabled) {
      const result = plugin.preFilter?.(state, pod);
      if (!result) continue;
      const { status, nodeNames } = result;
      if (status.code === 'Skip') skipped.add(plugin.name);
      else if (status.code !== 'Success') return { refusal: { ...status, plugin: plugin.name } };
      if (nodeNames) only = only ? only.intersection(nodeNames) : nodeNames;
    }
    state.set(SKIPPED, skipped);
    return only ? { only } : {};
  }

  function filter(state: CycleState, pod: Pod, nodes: readonly NodeInfo[]) {
    const failures = new Map<string, Status>();
    const feasible: NodeInfo[] = [];
    const wanted = nodesToFind(nodes.length);
    let looked = 0;
    for (; looked < nodes.length && feasible.length < wanted; looked++) {
      const node = nodes[(startAt + looked) % nodes.length];
      if (!node) continue;
      const status = runFilters(state, pod, node);
      if (status.code === 'Success') feasible.push(node);
      else failures.set(node.name, status);
    }
    startAt = nodes.length > 0 ? (startAt + looked) % nodes.length : 0;
    return { feasible, failures };
  }

  function score(state: CycleState, pod: Pod, nodes: readonly NodeInfo[]): NodeVerdict[] {
    const totals = nodes.map((node) => ({ node, total: 0, scores: {} as Record<string, number> }));
    for (const { plugin, weight } of scorers) {
      if (plugin.preScore?.(state, pod, nodes).code === 'Skip') continue;
      const scores: NodeScore[] = nodes.map((node) => ({ node, score: plugin.score?.(state, pod, node) ?? 0 }));
      plugin.normalizeScore?.(state, pod, scores);
      for (const [index, { score: points }] of scores.entries()) {
        const entry = totals[index];
        if (!entry) continue;
        const weighted = Math.min(MAX_SCORE, Math.max(0, points)) * weight;
        entry.scores[plugin.name] = weighted;
        entry.total += weighted;
      }
    }
    return totals;
  }

  return {
    runFilters,
    place(pod, snapshot) {
      const state: CycleState = new Map();
      const { refusal, only } = preFilter(state, pod);
      const nothing = { state, best: undefined, scored: [] };
      if (refusal) {
        const failures = new Map(snapshot.nodes.map((node) => [node.name, refusal]));
        return { ...nothing, failures: isRejected(refusal) ? failures : new Map(), refusal };
      }
      const nodes = only ? snapshot.nodes.filter(({ name }) => only.has(name)) : snapshot.nodes;
      const nominated = snapshot.get(pod.status.nominatedNodeName ?? '');
      if (nominated && runFilters(state, pod, nominated).code === 'Success') {
        return { state, best: nominated, failures: new Map(), scored: [], refusal: undefined };
      }
      const { feasible, failures } = filter(state, pod, nodes);
      const scored = feasible.length === 1 ? feasible.map(unscored) : score(state, pod, feasible);
      return { state, best: pickBest(scored, random), failures, scored, refusal: undefined };
    },
  };
}

const unscored = (node: NodeInfo): NodeVerdict => ({ node, total: 0, scores: {} });

/** Among equals each has the same chance. */
function pickBest(scored: readonly NodeVerdict[], random: () => number): NodeInfo | undefined {
  let best: NodeVerdict | undefined;
  let equals = 0;
  for (const verdict of scored) {
    if (!best || verdict.total > best.total) {
      best = verdict;
      equals = 1;
    } else if (verdict.total === best.total) {
      equals += 1;
      if (random() < 1 / equals) best = verdict;
    }
  }
  return best?.node;
}

/** Runs an extension point that writes; what it throws becomes an Error status. */
export async function settle(work: () => Promise<Status>): Promise<Status> {
  try {
    return await work();
  } catch (error) {
    return failed(error);
  }
}
