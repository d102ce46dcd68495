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
/** How long a node counts as young, and how often a young one looks whether its runtime is ready. */
const YOUNG_MS = 120_000;
const LOOK_EVERY_MS = 50;

export interface NodeKeeperDeps {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly runtime: ContainerRuntime;
  readonly signal: AbortSignal;
}

/** Registers the node, or brings the labels of an older registration up to date. @returns it as the API has it. */
export async function registerNode(facts: NodeFacts, { client, clock, runtime }: NodeKeeperDeps): Promise<Node> {
  const status = await nodeStatus(facts, runtime, { nowMs: clock.now(), before: undefined });
  const key = { namespace: '', name: facts.nodeName };
  try {
    const created = await client.create(nodes, newNode(facts, status));
    return created.status?.conditions?.length ? created : await patchStatus(facts.nodeName, client, status);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  const old = await client.get(nodes, key);
  const wanted = nodeLabels(facts);
  const isCurrent = Object.entries(wanted).every(([name, value]) => old.metadata.labels?.[name] === value);
  if (isCurrent) return old;
  return client.patch(nodes, key, {
    patchType: 'application/merge-patch+json',
    patch: { metadata: { labels: wanted } },
  });
}

/** Others write the node at the same time, so that a patch, which knows no conflict, carries the status. */
const patchStatus = (name: string, client: Client, { addresses = [], ...status }: NodeStatus): Promise<Node> =>
  client.patch(
    nodes,
    { namespace: '', name, subresource: 'status' },
    {
      patchType: 'application/strategic-merge-patch+json',
      // Two addresses of one type would merge into one.
      patch: { status: { ...status, addresses: [...addresses, { $patch: 'replace' }] } },
    },
  );

/** Keeps lease and status fresh until the signal; failures are logged and tried again at the next beat. */
export async function keepNode(facts: NodeFacts, deps: NodeKeeperDeps): Promise<void> {
  await Promise.all([keepLease(facts, deps), keepStatus(facts, deps)]);
}

async function keepLease({ nodeName }: NodeFacts, deps: NodeKeeperDeps): Promise<void> {
  const { clock, log, signal } = deps;
  while (!signal.aborted) {
    await renewLease(nodeName, deps).catch((error: unknown) => {
      if (!signal.aborted) log.warn('node lease not renewed', { node: nodeName, err: error });
    });
    await clock.sleep(INTERVAL_MS, signal).catch(() => {});
  }
}

async function keepStatus(facts: NodeFacts, deps: NodeKeeperDeps): Promise<void> {
  const { clock, log, signal } = deps;
  const startedMs = clock.now();
  let reportedMs = 0;
  while (!signal.aborted) {
    let isReady = false;
    try {
      const report = await reportStatus(facts, deps, clock.now() - reportedMs >= REPORT_EVERY_MS);
      isReady = report.isReady;
      if (report.isWritten) reportedMs = clock.now();
    } catch (error) {
      if (!signal.aborted) log.warn('node not reported', { node: facts.nodeName, err: error });
    }
    const isYoung = clock.now() - startedMs < YOUNG_MS;
    if (!isReady && isYoung) await runtimeReady(deps, INTERVAL_MS);
    else await clock.sleep(INTERVAL_MS, signal).catch(() => {});
  }
}

/** A node that has just started waits for its network only: looked for often, since everything else waits for the node. */
async function runtimeReady({ clock, runtime, signal }: NodeKeeperDeps, atMostMs: number): Promise<void> {
  const untilMs = clock.now() + atMostMs;
  while (!signal.aborted && clock.now() < untilMs) {
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    const conditions = await runtime.status().catch(() => []);
    if (conditions.length > 0 && conditions.every(({ status }) => status)) return;
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
): Promise<{ isReady: boolean; isWritten: boolean }> {
  const node = await client.get(nodes, { namespace: '', name: facts.nodeName });
  const own = await nodeStatus(facts, runtime, { nowMs: clock.now(), before: node.status });
  const others = (node.status?.conditions ?? []).filter(
    ({ type }) => !own.conditions?.some((condition) => condition.type === type),
  );
  const status: NodeStatus = { ...node.status, ...own, conditions: [...others, ...(own.conditions ?? [])] };
  const isReady = own.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
  if (!isDue && isDeepStrictEqual(comparable(status), comparable(node.status ?? {})))
    return { isReady, isWritten: false };
  await patchStatus(facts.nodeName, client, own);
  return { isReady, isWritten: true };
}
