import { isDeepStrictEqual } from 'node:util';
import { leases } from '#api/coordination/v1/lease.ts';
import { nodes } from '#api/core/v1/node.ts';
import { isAlreadyExists, isConflict, isNotFound } from '#apimachinery/status.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import type { Lease } from '#gen/coordination/v1.ts';
import type { Node, NodeStatus } from '#gen/core/v1.ts';
import { wireMicroTime } from '../pod/time.ts';
import type { ContainerRuntime } from '../runtimes/runtime.ts';
import { type NodeFacts, newNode, nodeLabels, nodeStatus } from './node-object.ts';

const LEASE_SECONDS = 40;
const INTERVAL_MS = 10_000;
const REPORT_EVERY_MS = 300_000;

export interface NodeKeeperDeps {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly runtime: ContainerRuntime;
  readonly signal: AbortSignal;
}

/** Registers the node. @returns it as the API has it. */
export async function registerNode(facts: NodeFacts, { client, clock, runtime }: NodeKeeperDeps): Promise<Node> {
  const status = await nodeStatus(facts, runtime, { nowMs: clock.now(), before: undefined });
  try {
    const created = await client.create(nodes, newNode(facts, status));
    return await client.updateStatus(nodes, { ...created, status });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  const key = { namespace: '', name: facts.nodeName };
  const old = await client.get(nodes, key);
  const wanted = nodeLabels(facts);
  const isCurrent = Object.entries(wanted).every(([name, value]) => old.metadata.labels?.[name] === value);
  if (!isCurrent)
    await client.patch(nodes, key, {
      patchType: 'application/merge-patch+json',
      patch: { metadata: { labels: wanted } },
    });
  return client.get(nodes, key);
}

/** Keeps lease and status fresh until the signal; failures are logged and tried again at the next beat. */
export async function keepNode(facts: NodeFacts, deps: NodeKeeperDeps): Promise<void> {
  const { clock, log, signal } = deps;
  let reportedMs = 0;
  while (!signal.aborted) {
    try {
      await renewLease(facts.nodeName, deps);
      if (await reportStatus(facts, deps, clock.now() - reportedMs >= REPORT_EVERY_MS)) reportedMs = clock.now();
    } catch (error) {
      if (!signal.aborted) log.warn('node not reported', { node: facts.nodeName, err: error });
    }
    await clock.sleep(INTERVAL_MS, signal).catch(() => {});
  }
}

async function renewLease(nodeName: string, { client, clock }: NodeKeeperDeps): Promise<void> {
  const key = { namespace: 'kube-node-lease', name: nodeName };
  const renewTime = wireMicroTime(clock.now());
  const spec = { holderIdentity: nodeName, leaseDurationSeconds: LEASE_SECONDS, renewTime };
  try {
    const lease = await client.get(leases, key);
    await client.update(leases, { ...lease, spec: { ...lease.spec, ...spec } });
  } catch (error) {
    if (isConflict(error)) return;
    if (!isNotFound(error)) throw error;
    const node = await client.get(nodes, { namespace: '', name: nodeName });
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: node.metadata.uid ?? '' }];
    await client.create<Lease>(leases, { metadata: { ...key, ownerReferences }, spec });
  }
}

const comparable = ({ conditions = [], ...rest }: NodeStatus): unknown =>
  JSON.parse(
    JSON.stringify({ ...rest, conditions: conditions.map(({ lastHeartbeatTime: _, ...condition }) => condition) }),
  );

async function reportStatus(
  facts: NodeFacts,
  { client, clock, runtime }: NodeKeeperDeps,
  isDue: boolean,
): Promise<boolean> {
  const node = await client.get(nodes, { namespace: '', name: facts.nodeName });
  const own = await nodeStatus(facts, runtime, { nowMs: clock.now(), before: node.status });
  const others = (node.status?.conditions ?? []).filter(
    ({ type }) => !own.conditions?.some((condition) => condition.type === type),
  );
  const status: NodeStatus = { ...node.status, ...own, conditions: [...others, ...(own.conditions ?? [])] };
  if (!isDue && isDeepStrictEqual(comparable(status), comparable(node.status ?? {}))) return false;
  await client.updateStatus(nodes, { ...node, status });
  return true;
}
