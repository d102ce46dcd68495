import { pods } from '#api/core/v1/pod.ts';
import { resourceQuotas } from '#api/core/v1/resource-quota.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import {
  addQuantities,
  asQuantity,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  subtractQuantities,
} from '#apimachinery/quantity.ts';
import type { Container, Pod, ResourceQuota } from '#gen/core/v1.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { inScope, quotaUsage } from './quota-usage.ts';
import { isAbout, refuse } from './refuse.ts';

/**
 * Nothing gets into a namespace beyond what its quotas leave. Usage is counted from what is stored at this moment and
 * from what has been let in but cannot be read yet, so that requests at the same time do not share one last place.
 */
export function resourceQuota(): AdmissionPlugin {
  const pending = new Set<AdmissionRequest>();
  return {
    name: 'ResourceQuota',
    handles: ['CREATE', 'UPDATE'],
    validate(request) {
      const { namespace, object, subresource, resource, reader } = request;
      if (!namespace || !object || subresource !== '' || isAbout(request, resourceQuotas)) return;
      const quotas = reader.list(resourceQuotas, namespace).filter((quota) => inScope(quota, resource, object));
      for (const quota of quotas) check(request, quota, pending);
      if (quotas.length === 0 || request.dryRun || !request.onSettled) return;
      pending.add(request);
      request.onSettled(() => pending.delete(request));
    },
  };
}

function check(request: AdmissionRequest, quota: ResourceQuota, pending: Iterable<AdmissionRequest>): void {
  const { resource, object, oldObject, operation } = request;
  if (!object) return;
  const hard = quota.spec?.hard ?? {};
  if (isAbout(request, pods) && operation === 'CREATE') refuseUnspecified(request, quota, object as Pod);
  const asked = quotaUsage(resource, object);
  const before = oldObject && inScope(quota, resource, oldObject) ? quotaUsage(resource, oldObject) : {};
  const more = Object.keys(asked).filter((name) => hard[name] !== undefined && grows(asked[name], before[name]));
  if (more.length === 0) return;
  const used = usedNow(request, quota, pending);
  const exceeded = more.filter((name) => {
    const total = addQuantities(used[name] ?? '0', subtractQuantities(asked[name] ?? '0', before[name] ?? '0'));
    return compareQuantities(total, hard[name] ?? '0') > 0;
  });
  if (exceeded.length === 0) return;
  const delta = (name: string) => formatQuantity(subtractQuantities(asked[name] ?? '0', before[name] ?? '0'));
  throw refuse(
    request,
    `exceeded quota: ${quota.metadata.name}, requested: ${pairs(exceeded, delta)}, ` +
      `used: ${pairs(exceeded, (name) => used[name] ?? '0')}, ` +
      `limited: ${pairs(exceeded, (name) => canonicalQuantity(hard[name] ?? '0'))}`,
  );
}

function grows(asked = '0', before = '0'): boolean {
  return compareQuantities(asked, before) > 0;
}

function pairs(names: readonly string[], value: (name: string) => string): string {
  return [...names]
    .sort()
    .map((name) => `${name}=${value(name)}`)
    .join(',');
}

type Sums = Map<string, ReturnType<typeof asQuantity>>;

/** The sum over all objects of the resource that the quota is about, stored or about to be. */
function usedNow(
  { resource, namespace, reader }: AdmissionRequest,
  quota: ResourceQuota,
  pending: Iterable<AdmissionRequest>,
): Record<string, string> {
  const sums: Sums = new Map();
  const count = (object: KubeObject | undefined, sign: typeof addQuantities) => {
    if (!object || !inScope(quota, resource, object)) return;
    for (const [name, value] of Object.entries(quotaUsage(resource, object))) {
      const known = sums.get(name);
      // The first amount says how the sum is written: `64Mi` rather than bytes.
      sums.set(name, known || sign !== addQuantities ? sign(known ?? '0', value) : asQuantity(value));
    }
  };
  for (const object of reader.list(resource, namespace)) count(object, addQuantities);
  for (const other of pending) {
    if (other.namespace !== namespace || !isAbout(other, resource) || isVisible(other)) continue;
    count(other.object, addQuantities);
    count(other.oldObject, subtractQuantities);
  }
  return Object.fromEntries([...sums].map(([name, value]) => [name, formatQuantity(value)]));
}

/** Whether what a request wrote is among what can be read. */
function isVisible({ reader, resource, namespace, object, oldObject }: AdmissionRequest): boolean {
  const current = reader.get(resource, { namespace, name: object?.metadata.name ?? '' });
  return current?.metadata.resourceVersion !== oldObject?.metadata.resourceVersion;
}

const MUST_SAY = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

/** Under a quota for cpu or memory each container has to say what it takes. */
function refuseUnspecified(request: AdmissionRequest, { metadata, spec }: ResourceQuota, pod: Pod): void {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const missing = MUST_SAY.filter((name) => spec?.hard?.[name] !== undefined).flatMap((name) => {
    const silent = containers.filter((container) => !says(container, name)).map((container) => container.name);
    return silent.length > 0 ? [`${name} for: ${silent.sort().join(',')}`] : [];
  });
  if (missing.length === 0) return;
  throw refuse(request, `failed quota: ${metadata.name}: must specify ${missing.sort().join('; ')}`);
}

function says({ resources }: Container, name: string): boolean {
  const [kind, plain] = name.includes('.') ? name.split('.') : ['requests', name];
  return resources?.[kind === 'limits' ? 'limits' : 'requests']?.[plain ?? ''] !== undefined;
}
