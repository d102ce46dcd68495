import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '#apimachinery/object.ts';
import { groupResourceOf, type Resource } from '#apimachinery/resource.ts';

/** The kinds whose strategy counts `metadata.generation` upstream. */
const COUNTED = new Set([
  'pods',
  'podtemplates',
  'replicationcontrollers',
  'controllerrevisions.apps',
  'daemonsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'cronjobs.batch',
  'jobs.batch',
  'endpointslices.discovery.k8s.io',
  'ingressclasses.networking.k8s.io',
  'ingresses.networking.k8s.io',
  'networkpolicies.networking.k8s.io',
  'poddisruptionbudgets.policy',
  'priorityclasses.scheduling.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'mutatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'deviceclasses.resource.k8s.io',
  'resourceslices.resource.k8s.io',
]);
/** Set once and never counted on. */
const CONSTANT = new Set(['controllerrevisions.apps', 'podtemplates', 'priorityclasses.scheduling.k8s.io']);

export function startGeneration(resource: Resource, { metadata }: KubeObject): void {
  const name = groupResourceOf(resource);
  if (COUNTED.has(name) && name !== 'controllerrevisions.apps') metadata.generation = 1;
}

/** One more where anything beside metadata and status differs. */
export function countGeneration(resource: Resource, next: KubeObject, previous: KubeObject): void {
  const name = groupResourceOf(resource);
  if (!COUNTED.has(name) || CONSTANT.has(name)) return;
  if (!isDeepStrictEqual(desired(next), desired(previous))) {
    next.metadata.generation = (previous.metadata.generation ?? 0) + 1;
  }
}

/** What a user asks for: all but identity and status. */
function desired(object: KubeObject): Record<string, unknown> {
  const { apiVersion: _v, kind: _k, metadata: _m, status: _s, ...rest } = object as KubeObject & { status?: unknown };
  return rest;
}
