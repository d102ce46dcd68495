import { isDeepStrictEqual } from 'node:util';
import { pods } from '#api/core/v1/pod.ts';
import { isConflict, isNotFound } from '#apimachinery/status.ts';
import type { Client } from '#client/client.ts';
import type { Pod, PodStatus } from '#gen/core/v1.ts';
import { namespaceOf, uidOf } from '../pod/containers.ts';

/** Writes what differs. The pod's uid rides along, so that a namesake is never touched. */
export async function writeStatus(client: Client, pod: Pod, status: PodStatus): Promise<Pod | undefined> {
  const changes = difference(pod.status ?? {}, status);
  if (Object.keys(changes).length === 0) return undefined;
  try {
    return await client.patch(
      pods,
      { namespace: namespaceOf(pod), name: pod.metadata.name, subresource: 'status' },
      {
        patchType: 'application/strategic-merge-patch+json',
        patch: { metadata: { uid: uidOf(pod) }, status: changes },
      },
    );
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return undefined;
    throw error;
  }
}

/** Writes one pod's status, one write at a time; what is published meanwhile is written as one, the newest. */
export interface StatusPublisher {
  publish(pod: Pod, status: PodStatus): void;
  /** Resolves once all that was published is written. @throws what the last write threw. */
  settled(): Promise<void>;
}

export function statusPublisher(client: Client, written: (pod: Pod) => void): StatusPublisher {
  let next: { pod: Pod; status: PodStatus } | undefined;
  let last: PodStatus | undefined;
  let writing: Promise<void> | undefined;
  const drain = async () => {
    while (next) {
      const { pod, status } = next;
      next = undefined;
      const answer = await writeStatus(client, last ? { ...pod, status: last } : pod, status);
      if (!answer) continue;
      last = answer.status ?? {};
      written(answer);
    }
  };
  return {
    publish(pod, status) {
      next = { pod, status };
      if (writing) return;
      last = undefined;
      writing = drain().finally(() => {
        writing = undefined;
      });
      writing.catch(() => {}); // whoever asks `settled` sees it
    },
    settled: () => writing ?? Promise.resolve(),
  };
}

/** Changed fields with their new value, and null for those that are gone; lists that merge by key are replaced as a whole. */
export function difference(before: PodStatus, after: PodStatus): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  const [old, next] = [plain(before), plain(after)];
  for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
    if (isDeepStrictEqual(old[key], next[key])) continue;
    const value = next[key];
    const merges = key === 'podIPs' || key === 'hostIPs';
    changes[key] = value === undefined ? null : merges ? [...(value as unknown[]), { $patch: 'replace' }] : value;
  }
  return changes;
}

/** As JSON sees it: without undefined, and without the null that an absent time leaves. */
const plain = (status: PodStatus): Record<string, unknown> =>
  JSON.parse(JSON.stringify(status, (_, value: unknown) => (value === null ? undefined : value))) as Record<
    string,
    unknown
  >;
