import { nodes } from '#api/core/v1/node.ts';
import { endpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { copyOf } from '#apimachinery/object.ts';
import { isConflict, isNotFound } from '#apimachinery/status.ts';
import type { Logger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import type { InformerSet } from '#client/informer.ts';
import type { EndpointSlice } from '#gen/discovery/v1.ts';
import { SIMULATED_LABEL } from './simulated-nodes.ts';

export interface DnsEndpointsOptions {
  readonly client: Client;
  readonly informers: InformerSet;
  readonly log: Logger;
}

const KEY = { namespace: 'kube-system', name: 'kube-dns-nodes' };

/** Keeps the endpoints of the `kube-dns` Service: every node answers, and each pod is sent to its own (ADR 7). */
export function publishDnsEndpoints({ client, informers, log }: DnsEndpointsOptions): AsyncDisposable {
  const informer = informers.for(nodes);
  let running: Promise<void> | undefined;
  let isDirty = false;
  let isStopped = false;
  const wanted = () =>
    informer
      .list()
      .flatMap((node) => {
        const address = node.status.addresses?.find(({ type }) => type === 'InternalIP')?.address;
        const isReal = node.metadata.labels?.[SIMULATED_LABEL] === undefined;
        return address && isReal ? [{ name: node.metadata.name, address }] : [];
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));

  const write = async () => {
    const endpoints = wanted().map(({ name, address }) => ({
      addresses: [address],
      nodeName: name,
      conditions: { ready: true, serving: true, terminating: false },
    }));
    const current = await client.get(endpointSlices, KEY).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (!current) {
      await client.create(endpointSlices, sliceOf(endpoints));
    } else if (JSON.stringify(current.endpoints) !== JSON.stringify(endpoints)) {
      await client.update(endpointSlices, { ...copyOf(current), endpoints });
    }
  };
  const sync = () => {
    isDirty = true;
    running ??= (async () => {
      while (isDirty && !isStopped) {
        isDirty = false;
        await write().catch((error: unknown) => {
          if (isConflict(error)) isDirty = true;
          else log.warn('endpoints of the cluster DNS were not written', { err: error });
        });
      }
      running = undefined;
    })();
  };
  const addressesOf = (list: readonly { address: string }[] | undefined) => JSON.stringify(list);
  const unsubscribe = informer.onChange((change) => {
    const before = change.type === 'set' ? change.previous : undefined;
    const isSame = before && addressesOf(before.status.addresses) === addressesOf(change.object.status.addresses);
    if (!isSame || change.type === 'remove') sync();
  });
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true;
      unsubscribe();
      await running;
    },
  };
}

function sliceOf(endpoints: EndpointSlice['endpoints']) {
  return {
    metadata: {
      ...KEY,
      labels: { 'kubernetes.io/service-name': 'kube-dns', 'endpointslice.kubernetes.io/managed-by': 'timonel.io' },
    },
    addressType: 'IPv4' as const,
    endpoints,
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP' as const },
      { name: 'dns-tcp', port: 53, protocol: 'TCP' as const },
    ],
  };
}
