import { join } from 'node:path';
import type { Pod } from '#gen/core/v1.ts';
import { namespaceOf, uidOf } from './pod/containers.ts';
import { qosClassOf } from './pod/qos.ts';

export const podFolder = (rootDir: string, podUid: string): string => join(rootDir, 'pods', podUid);

/** `<root>/log/pods/<namespace>_<name>_<uid>`. */
export const podLogFolder = (rootDir: string, pod: Pod): string =>
  join(rootDir, 'log', 'pods', `${namespaceOf(pod)}_${pod.metadata.name}_${uidOf(pod)}`);

export const terminationFile = (
  rootDir: string,
  podUid: string,
  container: { name: string; attempt: number },
): string => join(podFolder(rootDir, podUid), 'containers', container.name, String(container.attempt));

/** `/kubepods/burstable/pod<uid>`; pods with guaranteed resources lie in the base itself. */
export function podCgroup(base: string, pod: Pod): string {
  const qos = qosClassOf(pod);
  return join(base, qos === 'Guaranteed' ? '' : qos.toLowerCase(), `pod${uidOf(pod)}`);
}
