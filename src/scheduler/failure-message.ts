import type { NodeFailures, Status } from './framework.ts';

/**
 * `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: …`: reasons are counted
 * over the nodes and sorted as text. Source: framework.FitError.
 */
export function failureMessage(nodeCount: number, failures: NodeFailures, also: readonly string[] = []): string {
  const counts = new Map<string, number>();
  for (const { reasons } of failures.values()) {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const texts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  const lead = `0/${nodeCount} nodes are available`;
  const body = texts.length > 0 ? `: ${texts.join(', ')}.` : nodeCount === 0 && also.length === 0 ? '' : ':';
  const tail = also.filter((text) => text !== '').map((text) => ` ${text}`);
  return nodeCount === 0 && texts.length === 0 && tail.length === 0
    ? 'no nodes available to schedule pods'
    : `${lead}${body}${tail.join('')}`;
}

/** The plugins that stand behind the refusals. */
export function pluginsOf(failures: Iterable<Status>): Set<string> {
  const plugins = new Set<string>();
  for (const { plugin } of failures) if (plugin) plugins.add(plugin);
  return plugins;
}
