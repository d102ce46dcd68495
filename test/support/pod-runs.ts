import { eventually } from '#base/wait.ts';
import type { Container, Pod, PodSpec } from '#gen/core/v1.ts';
import type { RealCluster } from './real-cluster.ts';

export const BUSYBOX = 'timonel.local/busybox:1';

/** A container of the busybox image that runs a line of shell. */
export const shell = (line: string, more: Partial<Container> = {}): Container => ({
  name: 'c',
  image: BUSYBOX,
  command: ['sh', '-c', line],
  ...more,
});

/** A manifest of a pod that ends soon when it is told to. */
export const podManifest = (name: string, spec: Partial<PodSpec>, metadata: Partial<Pod['metadata']> = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, ...spec },
});

/** A pod that runs one line of shell to its end. */
export const onceManifest = (name: string, line: string, spec: Partial<PodSpec> = {}, more: Partial<Container> = {}) =>
  podManifest(name, { restartPolicy: 'Never', containers: [shell(line, more)], ...spec });

/** What a test does with the pods of one cluster. */
export interface PodRuns {
  apply(...manifests: readonly object[]): Promise<void>;
  get(name: string): Promise<Pod>;
  /** The pod, once it is as wanted. @throws with the pod's status after `timeoutMs`. */
  when(name: string, isWanted: (pod: Pod) => unknown, timeoutMs?: number): Promise<Pod>;
  /** The lines that a pod printed, once it has ended. */
  output(name: string): Promise<string[]>;
  /** Each event of the pod as `Type Reason message`, in the order of their first sight. */
  events(name: string): Promise<string[]>;
}

export function podRuns(cluster: RealCluster): PodRuns {
  const get = async (name: string) => JSON.parse(await cluster.kubectl(['get', 'pod', name, '-o', 'json'])) as Pod;
  const when: PodRuns['when'] = (name, isWanted, timeoutMs = 20_000) =>
    eventually(
      async () => {
        const pod = await get(name);
        if (!isWanted(pod)) throw new Error(`pod ${name}: ${JSON.stringify(pod.status, undefined, 1)}`);
        return pod;
      },
      { timeoutMs, intervalMs: 150 },
    );
  return {
    async apply(...items) {
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
      await cluster.kubectl(['apply', '-f', '-'], { input });
    },
    get,
    when,
    async output(name) {
      await when(name, ({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
      return (await cluster.kubectl(['logs', name])).split('\n').filter(Boolean);
    },
    async events(name) {
      const { items } = JSON.parse(
        await cluster.kubectl(['get', 'events', '--field-selector', `involvedObject.name=${name}`, '-o', 'json']),
      ) as { items: { type: string; reason: string; message: string; metadata: { creationTimestamp: string } }[] };
      return items.map(({ type, reason, message }) => `${type} ${reason} ${message}`);
    },
  };
}
