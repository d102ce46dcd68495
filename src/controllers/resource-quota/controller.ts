import { configMaps } from '#api/core/v1/config-map.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import { replicationControllers } from '#api/core/v1/replication-controller.ts';
import { resourceQuotas } from '#api/core/v1/resource-quota.ts';
import { secrets } from '#api/core/v1/secret.ts';
import { services } from '#api/core/v1/service.ts';
import { resources } from '#api/index.ts';
import { type KubeObject, keyOf } from '#apimachinery/object.ts';
import { addQuantities, canonicalQuantity, formatQuantity, parseQuantity } from '#apimachinery/quantity.ts';
import { groupResourceOf, type Resource } from '#apimachinery/resource.ts';
import type { ResourceQuota } from '#gen/core/v1.ts';
import type { ControllerDeps, ControllerFactory, QuotaReckoning } from '#reconciler/controller.ts';
import { enqueueSelf, watch } from '#reconciler/mappings.ts';
import { isPodTerminal } from '#reconciler/pod-state.ts';
import { writeStatus } from '#reconciler/status-update.ts';

/** What no watch reports is counted anew after this long. Source: --resource-quota-sync-period. */
const RESYNC_MS = 300_000;

/** The kind of object that counts under a quota's name. */
export function countedIn(name: string): string {
  if (name.startsWith('count/')) return name.slice('count/'.length);
  if (name.startsWith('services.')) return 'services';
  if (name.endsWith('requests.storage') || name.endsWith('/persistentvolumeclaims')) return 'persistentvolumeclaims';
  const plain = resources.find((resource) => resource.group === '' && resource.plural === name);
  return plain?.plural ?? 'pods';
}

/** Keeps what the quotas of each namespace have used. Source: kubernetes pkg/controller/resourcequota. */
export const resourceQuotaController: ControllerFactory = (deps) => {
  const { informers, options } = deps;
  const quotas = informers.for(resourceQuotas);
  const ofNamespace = ({ metadata }: KubeObject): string[] => quotas.list(metadata.namespace).map(keyOf);
  /** Only what comes, goes or grows: the status of a service counts nothing. */
  const counted = <T extends KubeObject>(resource: Resource<T>) =>
    watch(resource, (object, previous) =>
      previous && previous.metadata.generation === object.metadata.generation && object.metadata.generation
        ? []
        : ofNamespace(object),
    );
  return {
    name: 'resourcequota-controller',
    watches: [
      enqueueSelf(resourceQuotas),
      watch(pods, (pod, previous) =>
        previous && isPodTerminal(previous) === isPodTerminal(pod) ? [] : ofNamespace(pod),
      ),
      counted(services),
      counted(persistentVolumeClaims),
      counted(configMaps),
      counted(secrets),
      counted(replicationControllers),
    ],
    async reconcile({ key, signal }) {
      const quota = quotas.get(key);
      if (!quota || !options.quota) return;
      const used = await usedBy(deps, { quota, reckoning: options.quota, signal });
      const hard = Object.fromEntries(
        Object.entries(quota.spec.hard ?? {}).map(([name, value]) => [name, canonicalQuantity(value)]),
      );
      await writeStatus(deps.client, { resource: resourceQuotas, object: quota, status: { hard, used }, signal });
      return { requeueAfterMs: RESYNC_MS };
    },
  };
};

async function usedBy(
  { client }: ControllerDeps,
  { quota, reckoning, signal }: { quota: ResourceQuota; reckoning: QuotaReckoning; signal: AbortSignal },
): Promise<Record<string, string>> {
  const names = Object.keys(quota.spec.hard ?? {});
  const used = new Map(names.map((name) => [name, parseQuantity('0')]));
  for (const kind of new Set(names.map(countedIn))) {
    const resource = resources.find((each) => groupResourceOf(each) === kind && each.scope === 'Namespaced');
    if (!resource) continue;
    const { items } = await client.list(resource, { namespace: quota.metadata.namespace, signal });
    for (const object of items.filter((each) => reckoning.inScope(quota, resource, each))) {
      for (const [name, amount] of Object.entries(reckoning.usage(resource, object))) {
        const sum = used.get(name);
        if (sum && countedIn(name) === kind) used.set(name, addQuantities(sum, amount));
      }
    }
  }
  return Object.fromEntries([...used].map(([name, sum]) => [name, formatQuantity(sum)]));
}
