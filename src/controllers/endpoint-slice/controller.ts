import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { services } from '#api/core/v1/service.ts';
import { endpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { keyOf } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Pod, Service } from '#gen/core/v1.ts';
import type { EndpointSlice } from '#gen/discovery/v1.ts';
import { controllerReference } from '#reconciler/claims.ts';
import type { ControllerDeps, ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf, watch } from '#reconciler/mappings.ts';
import { isNamespaceGoing } from '#reconciler/namespace-going.ts';
import { isPicked, isSelecting } from '#reconciler/service-endpoints.ts';
import { timestamp } from '#reconciler/time.ts';
import { CONTROLLER, MANAGED_BY, SERVICE_NAME } from './labels.ts';
import { planSlices, type SliceContent, type SlicePlan } from './plan.ts';

export const endpointSliceController: ControllerFactory = (deps) => {
  const { informers } = deps;
  const servicesNow = informers.for(services);
  informers.for(nodes);
  const servicesOf = (pod: Pod): string[] =>
    servicesNow
      .list(pod.metadata.namespace)
      .filter((service) => isSelecting(service) && isPicked(service, pod))
      .map(keyOf);
  return {
    name: 'endpointslice-controller',
    watches: [
      enqueueSelf(services),
      watch(pods, (pod, previous) => [...new Set([...servicesOf(pod), ...(previous ? servicesOf(previous) : [])])]),
      watch(endpointSlices, (slice) =>
        isOurs(slice) ? [`${slice.metadata.namespace}/${slice.metadata.labels?.[SERVICE_NAME]}`] : [],
      ),
      watch(nodes, (node, previous) => (zoneOf(node) === zoneOf(previous) ? [] : servicesNow.list().map(keyOf))),
    ],
    async reconcile({ key, signal }) {
      const service = servicesNow.get(key);
      if (!service || !isSelecting(service) || service.metadata.deletionTimestamp) return;
      const { namespace, name } = service.metadata;
      const plan = planSlices({
        service,
        pods: informers
          .for(pods)
          .list(namespace)
          .filter((pod) => isPicked(service, pod)),
        slices: informers
          .for(endpointSlices)
          .list(namespace)
          .filter((slice) => isOurs(slice) && slice.metadata.labels?.[SERVICE_NAME] === name),
        node: (nodeName) => informers.for(nodes).get(nodeName),
      });
      await carryOut(deps, { service, plan, signal });
    },
  };
};

const zoneOf = (node: { metadata: { labels?: Record<string, string> | undefined } } | undefined): string | undefined =>
  node?.metadata.labels?.['topology.kubernetes.io/zone'];

const isOurs = ({ metadata }: EndpointSlice): boolean => metadata.labels?.[MANAGED_BY] === CONTROLLER;

const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';

async function carryOut(
  { client, clock }: ControllerDeps,
  { service, plan, signal }: { service: Service; plan: SlicePlan; signal: AbortSignal },
): Promise<void> {
  const annotations = { [TRIGGER]: timestamp(clock.now()) };
  try {
    for (const content of plan.create)
      await client.create(endpointSlices, newSlice(service, content, annotations), { signal });
  } catch (error) {
    if (isNamespaceGoing(error)) return;
    throw error;
  }
  for (const slice of plan.update) {
    const metadata = { ...slice.metadata, annotations: { ...slice.metadata.annotations, ...annotations } };
    await client.update(endpointSlices, { ...slice, metadata }, { signal });
  }
  for (const { metadata } of plan.remove) {
    try {
      await client.delete(endpointSlices, { namespace: metadata.namespace ?? '', name: metadata.name }, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function newSlice(service: Service, content: SliceContent, annotations: Record<string, string>) {
  const { addressType, endpoints, ports, labels } = content;
  const { name, namespace } = service.metadata;
  return {
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels,
      annotations,
      ownerReferences: [controllerReference(services as unknown as Resource, service)],
    },
    addressType,
    endpoints,
    ports,
  };
}
