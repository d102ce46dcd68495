import { endpoints } from '#api/core/v1/endpoints.ts';
import { services } from '#api/core/v1/service.ts';
import { endpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Endpoints } from '#gen/core/v1.ts';
import { controllerReference } from '#reconciler/claims.ts';
import type { ControllerDeps, ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf, watch } from '#reconciler/mappings.ts';
import { isNamespaceGoing } from '#reconciler/namespace-going.ts';
import { isMirrored, MANAGED_BY, MIRRORER, type MirrorPlan, mirrorOf, planMirror, SERVICE_NAME } from './plan.ts';

/** Copies Endpoints that users make for services without selector into slices, which alone proxies and DNS read. */
export const endpointSliceMirroringController: ControllerFactory = (deps) => {
  const { informers } = deps;
  return {
    name: 'endpointslicemirroring-controller',
    watches: [
      enqueueSelf(endpoints),
      enqueueSelf(services),
      watch(endpointSlices, ({ metadata }) =>
        metadata.labels?.[MANAGED_BY] === MIRRORER ? [`${metadata.namespace}/${metadata.labels[SERVICE_NAME]}`] : [],
      ),
    ],
    async reconcile({ key, signal }) {
      const [namespace = '', name] = key.split('/');
      const existing = informers
        .for(endpointSlices)
        .list(namespace)
        .filter(({ metadata }) => metadata.labels?.[MANAGED_BY] === MIRRORER && metadata.labels[SERVICE_NAME] === name);
      const source = informers.for(endpoints).get(key);
      const service = informers.for(services).get(key);
      const isWanted = source && service && !service.spec.selector && isMirrored(source);
      const plan = planMirror(isWanted ? mirrorOf(source) : [], existing);
      await carryOut(deps, { source, plan, signal });
    },
  };
};

async function carryOut(
  { client }: ControllerDeps,
  { source, plan, signal }: { source: Endpoints | undefined; plan: MirrorPlan; signal: AbortSignal },
): Promise<void> {
  for (const { labels, annotations, ...content } of source ? plan.create : []) {
    const { name, namespace } = source?.metadata ?? { name: '' };
    const ownerReferences = source ? [controllerReference(endpoints, source)] : [];
    const metadata = { generateName: `${name}-`, namespace, labels, annotations, ownerReferences };
    try {
      await client.create(endpointSlices, { metadata, ...content }, { signal });
    } catch (error) {
      if (!isNamespaceGoing(error)) throw error;
      return;
    }
  }
  for (const slice of plan.update) await client.update(endpointSlices, slice, { signal });
  for (const { metadata } of plan.remove) {
    try {
      await client.delete(endpointSlices, { namespace: metadata.namespace ?? '', name: metadata.name }, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
