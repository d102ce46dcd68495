/** Empties a namespace that is being deleted, then lets it go. Source: kubernetes pkg/controller/namespace/deletion. */
import { namespaces } from '#api/core/v1/namespace.ts';
import { pods } from '#api/core/v1/pod.ts';
import { resources } from '#api/index.ts';
import { groupResourceOf, type Resource } from '#apimachinery/resource.ts';
import { isNotFound, StatusError } from '#apimachinery/status.ts';
import type { Client } from '#client/client.ts';
import type { Namespace } from '#gen/core/v1.ts';
import type { ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf } from '#reconciler/mappings.ts';
import { namespaceConditions, type Remainder } from './conditions.ts';

const FINALIZER = 'kubernetes';
/** What is left is looked at again after half the longest wait. Source: namespace_controller.go. */
const WAIT_LONGEST_MS = 15_000;
const RECHECK_MS = 1000;

export const namespaceController: ControllerFactory = ({ client, informers, clock }) => ({
  name: 'namespace-controller',
  // A pod that is gone may have been the last thing in its namespace: no need to wait for the estimate.
  watches: [
    enqueueSelf(namespaces),
    { resource: pods, keysFor: ({ metadata }) => (metadata.deletionTimestamp ? [metadata.namespace ?? ''] : []) },
  ],
  workers: 10,
  async reconcile({ key, signal }) {
    const found = informers.for(namespaces).get(key);
    if (!found?.metadata.deletionTimestamp || !found.spec.finalizers?.includes(FINALIZER)) return;
    const home = found.status?.phase === 'Terminating' ? found : await markTerminating(client, found, signal);
    const remainder = await empty(client, key, signal);
    const conditions = namespaceConditions(home.status?.conditions ?? [], remainder, clock.now());
    const status = { ...home.status, phase: 'Terminating' as const, conditions };
    const marked =
      JSON.stringify(status) === JSON.stringify(home.status)
        ? home
        : await client.updateStatus(namespaces, { ...home, status }, { signal });
    if (remainder.failures.length > 0) throw remainder.failures[0];
    if (remainder.objects.size > 0)
      return { requeueAfterMs: Math.min(WAIT_LONGEST_MS, remainder.graceMs / 2 + RECHECK_MS) };
    await finalize(client, marked, signal);
  },
});

const markTerminating = (client: Client, home: Namespace, signal: AbortSignal): Promise<Namespace> =>
  client.updateStatus(namespaces, { ...home, status: { ...home.status, phase: 'Terminating' } }, { signal });

async function finalize(client: Client, home: Namespace, signal: AbortSignal): Promise<void> {
  const finalizers = (home.spec.finalizers ?? []).filter((each) => each !== FINALIZER);
  try {
    await client.update(
      namespaces,
      { ...home, spec: { ...home.spec, finalizers } },
      { signal, subresource: 'finalize' },
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Resources whose contents are one another's under another name would be deleted twice. */
function contents(): Resource[] {
  const seen = new Set<string>();
  return resources.filter(({ scope, verbs, storageName }) => {
    if (scope !== 'Namespaced' || !verbs.includes('list') || !verbs.includes('delete') || seen.has(storageName))
      return false;
    seen.add(storageName);
    return true;
  });
}

async function empty(client: Client, namespace: string, signal: AbortSignal): Promise<Remainder> {
  const remainder: Remainder = { objects: new Map(), finalizers: new Map(), failures: [], graceMs: 0 };
  await Promise.all(
    contents().map(async (resource) => {
      try {
        await emptyOne(client, { resource, namespace, remainder, signal });
      } catch (error) {
        if (signal.aborted) throw error;
        remainder.failures.push(
          error instanceof StatusError ? error : new Error(`deleting ${groupResourceOf(resource)}`, { cause: error }),
        );
      }
    }),
  );
  return remainder;
}

async function emptyOne(
  client: Client,
  work: { resource: Resource; namespace: string; remainder: Remainder; signal: AbortSignal },
): Promise<void> {
  const { resource, namespace, remainder, signal } = work;
  const before = await client.list(resource, { namespace, limit: 1, signal });
  if (before.items.length === 0) return;
  if (resource.verbs.includes('deletecollection'))
    await client.deleteCollection(resource, { namespace, propagationPolicy: 'Background', signal });
  const { items } = await client.list(resource, { namespace, signal });
  if (items.length === 0) return;
  remainder.objects.set(`${groupResourceOf(resource)}`, items.length);
  for (const { metadata } of items) {
    for (const finalizer of metadata.finalizers ?? []) {
      remainder.finalizers.set(finalizer, (remainder.finalizers.get(finalizer) ?? 0) + 1);
    }
    if (resource.plural === pods.plural)
      remainder.graceMs = Math.max(remainder.graceMs, (metadata.deletionGracePeriodSeconds ?? 0) * 1000);
  }
}
