import { pods } from '#api/core/v1/pod.ts';
import type { Client } from '#client/client.ts';
import type { Pod } from '#gen/core/v1.ts';

/** The pods in `default` that are not on their way out, by name. For tests. */
export async function livePods(client: Client): Promise<Pod[]> {
  const { items } = await client.list(pods, { namespace: 'default' });
  return items
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

const READY: Pod['status'] = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2025-12-31T00:00:00Z' }],
};

/** Plays the kubelet for one pod. For tests. */
export async function setPodStatus(client: Client, name: string, status: Pod['status'] = READY): Promise<void> {
  const pod = await client.get(pods, { namespace: 'default', name });
  await client.updateStatus(pods, { ...pod, status });
}

/** Plays the kubelet for all: whatever is pending runs and is ready at once, whatever must go is gone. For tests. */
export async function playKubelet(client: Client): Promise<void> {
  const { items } = await client.list(pods, { namespace: 'default' });
  for (const { metadata, status } of items) {
    const { name } = metadata;
    if (metadata.deletionTimestamp)
      await client.delete(pods, { namespace: 'default', name }, { gracePeriodSeconds: 0 }).catch(() => undefined);
    else if ((status?.phase ?? 'Pending') === 'Pending') await setPodStatus(client, name).catch(() => undefined);
  }
}
