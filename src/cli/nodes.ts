import { setTimeout as sleep } from 'node:timers/promises';
import { leases } from '#api/coordination/v1/lease.ts';
import { nodes } from '#api/core/v1/node.ts';
import type { Client } from '#client/client.ts';
import type { Node } from '#gen/core/v1.ts';
import { CliError, exitCodes } from './errors.ts';

export const isReady = (node: Node): boolean =>
  node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

export interface WaitForNodes {
  readonly client: Client;
  readonly count: number;
  /** Nodes count only once their agents have been heard after this time: their last words may be of an earlier run. */
  readonly heardAfterMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly report: (detail: string) => void;
}

const ASK_EVERY_MS = 50;

/** Resolves once `count` nodes are Ready. @throws {CliError} with exit code 4 that says which are not. */
export async function waitForNodes({
  client,
  count,
  heardAfterMs,
  timeoutMs,
  signal,
  report,
}: WaitForNodes): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const { items } = await client.list(nodes, { signal });
    const heard = await heardNodes(client, heardAfterMs, signal);
    const ready = items.filter((node) => isReady(node) && heard.has(node.metadata.name));
    if (ready.length >= count) return;
    report(`${ready.length}/${count}`);
    if (performance.now() > deadline) throw tooLate(count, items);
    await sleep(ASK_EVERY_MS, undefined, { signal });
  }
}

/** Names of the nodes whose Lease was renewed after a time. */
async function heardNodes(client: Client, afterMs: number, signal: AbortSignal): Promise<Set<string>> {
  const { items } = await client.list(leases, { namespace: 'kube-node-lease', signal });
  const fresh = items.filter(({ spec }) => Date.parse(spec?.renewTime ?? '') >= afterMs);
  return new Set(fresh.map(({ metadata }) => metadata.name));
}

function tooLate(count: number, items: readonly Node[]): CliError {
  const waiting = items.filter((node) => !isReady(node));
  const why = waiting.map((node) => {
    const condition = node.status.conditions?.find(({ type }) => type === 'Ready');
    return `${node.metadata.name}: ${condition?.message ?? 'no status yet'}`;
  });
  const reasons = why.length > 0 ? ` (${why.join('; ')})` : '';
  return new CliError({
    exitCode: exitCodes.timeout,
    text: {
      en: `${items.length - waiting.length} of ${count} nodes became ready${reasons}`,
      es: `${items.length - waiting.length} de ${count} nodos están listos${reasons}`,
    },
    remedy: { en: 'read timonel logs and timonel logs NODE', es: 'lea timonel logs y timonel logs NODO' },
  });
}
