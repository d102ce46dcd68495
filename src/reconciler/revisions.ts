/** The template history of stateful and daemon sets. Source: kubernetes pkg/controller/history/controller_history.go. */
import { controllerRevisions } from '#api/apps/v1/controller-revision.ts';
import { type KubeObject, keyOf } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { isAlreadyExists, isNotFound } from '#apimachinery/status.ts';
import type { Client } from '#client/client.ts';
import type { ControllerRevision } from '#gen/apps/v1.ts';
import type { PodTemplateSpec } from '#gen/core/v1.ts';
import { controllerReference } from './claims.ts';
import { canonicalJson, templateHash } from './template-hash.ts';

/** What a revision holds: the patch that brings its template back, as `kubectl rollout undo` applies it. */
export const revisionData = (template: PodTemplateSpec): Record<string, unknown> => ({
  spec: { template: { ...template, $patch: 'replace' } },
});

/** The template that a revision holds; undefined where it holds none. */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec | undefined {
  const { template } = (data?.spec ?? {}) as { template?: PodTemplateSpec & { $patch?: string } };
  if (!template) return undefined;
  const { $patch: _, ...rest } = template;
  return rest as PodTemplateSpec;
}

export const byRevision = (a: ControllerRevision, b: ControllerRevision): number =>
  a.revision - b.revision ||
  a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
  a.metadata.name.localeCompare(b.metadata.name);

const isSameData = (a: ControllerRevision, data: unknown): boolean => canonicalJson(a.data) === canonicalJson(data);

export interface HistoryOptions {
  readonly client: Client;
  readonly owner: KubeObject;
  readonly ownerResource: Pick<Resource, 'group' | 'version' | 'kind'>;
  readonly template: PodTemplateSpec;
  /** The label under which a revision carries its hash. */
  readonly hashLabel: string;
  /** The revisions that the owner owns. */
  readonly revisions: readonly ControllerRevision[];
  readonly collisionCount: number | undefined;
  readonly signal: AbortSignal;
}

export interface History {
  /** The revision of the owner's template as it is now. */
  readonly latest: ControllerRevision;
  /** All revisions, oldest first; `latest` is the last. */
  readonly revisions: readonly ControllerRevision[];
  readonly collisionCount: number | undefined;
}

/** Finds, renews or makes the revision of the owner's template. */
export async function syncHistory(options: HistoryOptions): Promise<History> {
  const { client, template, signal, collisionCount } = options;
  const revisions = options.revisions.toSorted(byRevision);
  const data = revisionData(template);
  const equal = revisions.filter((each) => isSameData(each, data)).at(-1);
  const newest = revisions.at(-1);
  if (equal && equal === newest) return { latest: equal, revisions, collisionCount };
  const revision = (newest?.revision ?? 0) + 1;
  if (!equal) return await create(options, { data, revision, revisions });
  // An old template has come back: its revision becomes the newest.
  const latest = await client.update(controllerRevisions, { ...equal, revision }, { signal });
  return { latest, revisions: [...revisions.filter((each) => each !== equal), latest], collisionCount };
}

async function create(
  options: HistoryOptions,
  { data, revision, revisions }: { data: Record<string, unknown>; revision: number; revisions: ControllerRevision[] },
): Promise<History> {
  const { client, owner, ownerResource, template, hashLabel, signal } = options;
  const { name, namespace = '', annotations } = owner.metadata;
  let { collisionCount } = options;
  for (;;) {
    const hash = templateHash(data, collisionCount);
    const wanted = {
      metadata: {
        name: `${name.slice(0, 223)}-${hash}`,
        namespace,
        labels: { ...template.metadata?.labels, [hashLabel]: hash },
        ...(annotations && { annotations: { ...annotations } }),
        ownerReferences: [controllerReference(ownerResource, owner)],
      },
      data,
      revision,
    };
    try {
      const latest = await client.create(controllerRevisions, wanted, { signal });
      return { latest, revisions: [...revisions, latest], collisionCount };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const taken = await client.get(controllerRevisions, { namespace, name: wanted.metadata.name }, { signal });
      if (isSameData(taken, data)) return { latest: taken, revisions: [...revisions, taken], collisionCount };
      collisionCount = (collisionCount ?? 0) + 1;
    }
  }
}

/** The revisions beyond the limit that nobody uses, oldest first. */
export function planTruncation(
  revisions: readonly ControllerRevision[],
  { isLive, limit = 10 }: { isLive: (revision: ControllerRevision) => boolean; limit: number | undefined },
): ControllerRevision[] {
  const idle = revisions.filter((each) => !isLive(each)).toSorted(byRevision);
  return idle.slice(0, Math.max(0, idle.length - limit));
}

export async function removeRevisions(
  client: Client,
  revisions: readonly ControllerRevision[],
  signal: AbortSignal,
): Promise<void> {
  for (const { metadata } of revisions) {
    try {
      await client.delete(
        controllerRevisions,
        { namespace: metadata.namespace ?? '', name: metadata.name },
        { signal, preconditions: { uid: metadata.uid } },
      );
    } catch (error) {
      if (!isNotFound(error)) throw new Error(`revision ${keyOf({ metadata })} not removed`, { cause: error });
    }
  }
}
