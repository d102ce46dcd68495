/** The cluster's DNS server. It knows names through informers only; what it does is the list of plugins below. */
import { type Clock, systemClock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { InformerSet } from '#client/informer.ts';
import { clusterNames } from './cluster-names.ts';
import { exchangeWith, type Upstream } from './exchange.ts';
import { type DnsFilter, type DnsHandler, emptyReply } from './handler.ts';
import { cache } from './plugins/cache.ts';
import { errors } from './plugins/errors.ts';
import { type Exchange, forward } from './plugins/forward.ts';
import { kubernetes } from './plugins/kubernetes.ts';
import { queryLog } from './plugins/log.ts';
import { type DnsListener, type Listen, listen } from './server.ts';

export interface DnsOptions {
  readonly informers: InformerSet;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string | undefined;
  readonly listen: readonly Listen[];
  /** Resolvers for names outside the cluster, asked in order. */
  readonly upstreams?: readonly Upstream[] | undefined;
  /** Instead of `upstreams`: how to ask outside. */
  readonly exchange?: Exchange | undefined;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
}

export interface RunningDns extends AsyncDisposable {
  /** Where it listens, in the order asked for, with the ports that were given. */
  readonly listening: readonly DnsListener[];
}

/** What happens to a question, first to last. */
export function dnsHandler({ informers, clusterDomain = 'cluster.local', log, ...options }: DnsOptions): DnsHandler {
  const { clock = systemClock, exchange = exchangeWith(options.upstreams ?? []) } = options;
  const plugins: readonly DnsFilter[] = [
    errors(log),
    queryLog(log, clock),
    cache({ clock, except: clusterDomain }),
    kubernetes({ zone: clusterDomain, names: clusterNames(informers) }),
    forward(exchange),
  ];
  const refuse: DnsHandler = async () => emptyReply('REFUSED');
  return plugins.reduceRight((next, plugin) => plugin(next), refuse);
}

/** Listens once the informers have synced, so that no name is denied for being unknown yet. */
export async function startDns(options: DnsOptions): Promise<RunningDns> {
  const handler = dnsHandler(options);
  await options.informers.synced();
  await using started = new AsyncDisposableStack();
  const listening: DnsListener[] = [];
  for (const at of options.listen) listening.push(started.use(await listen(at, handler, options.log)));
  const kept = started.move();
  return { listening, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
