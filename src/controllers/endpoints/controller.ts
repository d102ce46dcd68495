import { isDeepStrictEqual } from 'node:util';
import { endpoints } from '#api/core/v1/endpoints.ts';
import { pods } from '#api/core/v1/pod.ts';
import { services } from '#api/core/v1/service.ts';
import { keyOf } from '#apimachinery/object.ts';
import { isAlreadyExists, isNotFound } from '#apimachinery/status.ts';
import type { EndpointPort, Endpoints, Pod, Service } from '#gen/core/v1.ts';
import type { ControllerDeps, ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf, watch } from '#reconciler/mappings.ts';
import { isNamespaceGoing } from '#reconciler/namespace-going.ts';
import {
  addressTypeOf,
  hostnameIn,
  ipsOf,
  isAddressable,
  isPicked,
  isSelecting,
  targetPortIn,
} from '#reconciler/service-endpoints.ts';
import { timestamp } from '#reconciler/time.ts';
import { MAX_ADDRESSES, type PodPort, planSubsets } from './plan.ts';

const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const HEADLESS = 'service.kubernetes.io/headless';
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';

export const endpointsController: ControllerFactory = (deps) => {
  const { client, informers } = deps;
  const servicesNow = informers.for(services);
  const servicesOf = (pod: Pod): string[] =>
    servicesNow
      .list(pod.metadata.namespace)
      .filter((service) => isSelecting(service) && isPicked(service, pod))
      .map(keyOf);
  return {
    name: 'endpoint-controller',
    watches: [
      enqueueSelf(services),
      enqueueSelf(endpoints),
      watch(pods, (pod, previous) => [...new Set([...servicesOf(pod), ...(previous ? servicesOf(previous) : [])])]),
    ],
    async reconcile({ key, signal }) {
      const service = servicesNow.get(key);
      const current = informers.for(endpoints).get(key);
      if (!service) {
        // Only what this controller made goes with the service; others' endpoints are others' business.
        if (current?.metadata.labels?.[MANAGED_BY] !== 'endpoint-controller' || current.metadata.deletionTimestamp)
          return;
        await client
          .delete(endpoints, { namespace: current.metadata.namespace ?? '', name: current.metadata.name }, { signal })
          .catch(ignoreAbsence);
        return;
      }
      if (!isSelecting(service) || service.metadata.deletionTimestamp) return;
      await write(deps, { service, current, signal });
    },
  };
};

interface Work {
  readonly service: Service;
  readonly current: Endpoints | undefined;
  readonly signal: AbortSignal;
}

const ignoreAbsence = (error: unknown): void => {
  if (!isNotFound(error)) throw error;
};

async function write({ client, informers, clock }: ControllerDeps, { service, current, signal }: Work): Promise<void> {
  const { name, namespace } = service.metadata;
  const chosen = informers
    .for(pods)
    .list(namespace)
    .filter((pod) => isPicked(service, pod));
  const members = chosen.flatMap((pod) => memberOf(service, pod));
  const subsets = planSubsets(service, members);
  const labels = labelsOf(service);
  const annotations = annotationsOf(current?.metadata.annotations, members.length > MAX_ADDRESSES);
  if (
    current &&
    isDeepStrictEqual(current.subsets ?? [], subsets) &&
    isDeepStrictEqual(current.metadata.labels ?? {}, labels) &&
    isDeepStrictEqual(current.metadata.annotations ?? {}, annotations)
  )
    return;
  const stamped = { ...annotations, [TRIGGER]: timestamp(clock.now()) };
  try {
    if (!current)
      await client.create(
        endpoints,
        { metadata: { name, namespace, labels, annotations: stamped }, subsets },
        { signal },
      );
    else
      await client.update(
        endpoints,
        { ...current, subsets, metadata: { ...current.metadata, labels, annotations: stamped } },
        { signal },
      );
  } catch (error) {
    if (!isNamespaceGoing(error) && !isAlreadyExists(error)) throw error;
  }
}

function annotationsOf(current: Record<string, string> | undefined, isOver: boolean): Record<string, string> {
  const { [OVER_CAPACITY]: _, ...rest } = current ?? {};
  return isOver ? { ...rest, [OVER_CAPACITY]: 'truncated' } : rest;
}

function labelsOf({ metadata, spec }: Service): Record<string, string> {
  const { [HEADLESS]: _, ...labels } = metadata.labels ?? {};
  return {
    ...labels,
    [MANAGED_BY]: 'endpoint-controller',
    ...((!spec.clusterIP || spec.clusterIP === 'None') && { [HEADLESS]: '' }),
  };
}

/** Endpoints know one address family: that of the service. */
function memberOf(service: Service, pod: Pod): PodPort[] {
  if (!isAddressable(pod)) return [];
  const family = service.spec.ipFamilies?.[0] ?? (service.spec.clusterIP?.includes(':') ? 'IPv6' : 'IPv4');
  const ip = ipsOf(pod).find((each) => addressTypeOf(each) === family);
  if (!ip) return [];
  return [{ pod, ip, hostname: hostnameIn(service, pod), ports: portsIn(service, pod) }];
}

function portsIn(service: Service, pod: Pod): EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const each of service.spec.ports ?? []) {
    const port = targetPortIn(pod, each);
    if (port === undefined) continue;
    const { name, protocol = 'TCP', appProtocol } = each;
    ports.push({ ...(name && { name }), port, protocol, ...(appProtocol && { appProtocol }) });
  }
  return ports;
}
