/** Lets one of several processes act, by a Lease that it renews. Source: client-go tools/leaderelection. */
import { leases } from '#api/coordination/v1/lease.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Lease, LeaseSpec } from '#gen/coordination/v1.ts';
import type { Client } from './client.ts';

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly namespace: string;
  /** Of the lease, such as `kube-scheduler`. */
  readonly name: string;
  /** Who we are; unlike every other candidate. */
  readonly identity: string;
  /** Runs while we lead; its signal aborts when we lead no more. */
  readonly lead: (signal: AbortSignal) => Promise<void> | void;
  /** How long a silent leader is respected; default 15 s. */
  readonly leaseDurationMs?: number;
  /** How long a leader tries to renew before it steps down; default 10 s. */
  readonly renewDeadlineMs?: number;
  /** Between two attempts; default 2 s. */
  readonly retryPeriodMs?: number;
}

export interface LeaderElector extends AsyncDisposable {
  readonly isLeader: boolean;
  /** Who leads, as far as we have seen; empty where nobody does. */
  readonly leader: string;
}

/** Stands for election until disposed; disposing a leader gives the lease back, so that the next need not wait. */
export function standForElection(options: LeaderElectionOptions): LeaderElector {
  const { client, clock, log, namespace, name, identity } = options;
  const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options;
  const stop = new AbortController();
  /** The lease as it was last seen to change, by our own clock: those of others may be wrong. */
  let seen: { spec: string; holder: string; atMs: number } = { spec: '', holder: '', atMs: 0 };
  let isLeader = false;

  const notice = ({ spec }: Lease): void => {
    const text = JSON.stringify(spec);
    if (text !== seen.spec) seen = { spec: text, holder: spec.holderIdentity ?? '', atMs: clock.now() };
  };
  const wanted = (old: LeaseSpec | undefined): LeaseSpec => {
    const now = `${new Date(clock.now()).toISOString().slice(0, 23)}000Z`;
    const isOurs = old?.holderIdentity === identity;
    return {
      ...old,
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.floor(leaseDurationMs / 1000)),
      acquireTime: isOurs ? old.acquireTime : now,
      renewTime: now,
      leaseTransitions: old ? (old.leaseTransitions ?? 0) + (isOurs ? 0 : 1) : 0,
    };
  };
  const acquireOrRenew = async (signal: AbortSignal): Promise<boolean> => {
    let old: Lease;
    try {
      old = await client.get(leases, { namespace, name }, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      notice(await client.create(leases, { metadata: { namespace, name }, spec: wanted(undefined) }, { signal }));
      return true;
    }
    notice(old);
    const isHeld = seen.holder !== '' && seen.holder !== identity && clock.now() < seen.atMs + leaseDurationMs;
    if (isHeld) return false;
    notice(await client.update(leases, { ...old, spec: wanted(old.spec) }, { signal }));
    return true;
  };
  const attempt = (signal: AbortSignal): Promise<boolean> =>
    acquireOrRenew(signal).catch((error: unknown) => {
      log.debug('lease not acquired', { lease: `${namespace}/${name}`, err: error });
      return false;
    });

  async function hold(signal: AbortSignal): Promise<void> {
    let renewedMs = clock.now();
    while (!signal.aborted && clock.now() - renewedMs < renewDeadlineMs) {
      await clock.sleep(retryPeriodMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      if (await attempt(signal)) renewedMs = clock.now();
      else if (seen.holder !== identity) return;
    }
  }

  async function reign(): Promise<void> {
    const term = new AbortController();
    isLeader = true;
    log.info('became leader', { lease: `${namespace}/${name}` });
    const work = Promise.resolve(options.lead(term.signal)).catch((error: unknown) => {
      if (!term.signal.aborted) log.error('leading failed', { err: error });
    });
    await hold(stop.signal);
    isLeader = false;
    term.abort();
    await work;
    log.info('leads no more', { lease: `${namespace}/${name}` });
  }

  async function stand(): Promise<void> {
    while (!stop.signal.aborted) {
      if (await attempt(stop.signal)) await reign();
      if (stop.signal.aborted) return;
      // Candidates that start together must not ask together for ever.
      await clock.sleep(retryPeriodMs * (1 + Math.random() * 0.2), stop.signal).catch(() => undefined);
    }
  }

  async function release(): Promise<void> {
    if (seen.holder !== identity) return;
    const old = await client.get(leases, { namespace, name });
    if (old.spec.holderIdentity !== identity) return;
    const spec = { ...wanted(old.spec), holderIdentity: '', leaseDurationSeconds: 1 };
    await client.update(leases, { ...old, spec });
  }

  const standing = stand();
  return {
    get isLeader() {
      return isLeader;
    },
    get leader() {
      return seen.holder;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await standing;
      // Where it cannot be given back it runs out by itself.
      await release().catch((error: unknown) => log.debug('lease not released', { err: error }));
    },
  };
}
