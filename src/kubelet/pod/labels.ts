import { createHash } from 'node:crypto';
import type { Pod } from '#gen/core/v1.ts';
import { type AnyContainer, namespaceOf, uidOf } from './containers.ts';

/** What the runtime keeps for us, so that a restarted kubelet finds its containers again. Source: upstream kubelet/types/labels.go. */
const POD_NAME = 'io.kubernetes.pod.name';
const POD_NAMESPACE = 'io.kubernetes.pod.namespace';
const POD_UID = 'io.kubernetes.pod.uid';
const CONTAINER_NAME = 'io.kubernetes.container.name';
export const CONTAINER_HASH = 'io.kubernetes.container.hash';
const RESTART_COUNT = 'io.kubernetes.container.restartCount';
const TERMINATION_PATH = 'io.kubernetes.container.terminationMessagePath';
export const TERMINATION_POLICY = 'io.kubernetes.container.terminationMessagePolicy';
const POD_GRACE = 'io.kubernetes.pod.terminationGracePeriod';

/** A restart is due when this changes: only the name and the image count. Source: upstream HashContainer. */
export function hashOf(container: AnyContainer): string {
  return createHash('sha256')
    .update(JSON.stringify({ name: container.name, image: container.image ?? '' }))
    .digest('hex')
    .slice(0, 8);
}

const podLabels = (pod: Pod): Record<string, string> => ({
  [POD_NAME]: pod.metadata.name,
  [POD_NAMESPACE]: namespaceOf(pod),
  [POD_UID]: uidOf(pod),
});

export const sandboxLabels = (pod: Pod): Record<string, string> => ({ ...pod.metadata.labels, ...podLabels(pod) });

export const containerLabels = (pod: Pod, container: AnyContainer): Record<string, string> => ({
  ...podLabels(pod),
  [CONTAINER_NAME]: container.name,
});

export function containerAnnotations(pod: Pod, container: AnyContainer, attempt: number): Record<string, string> {
  const grace = pod.spec.terminationGracePeriodSeconds;
  return {
    [CONTAINER_HASH]: hashOf(container),
    [RESTART_COUNT]: String(attempt),
    [TERMINATION_PATH]: container.terminationMessagePath ?? '/dev/termination-log',
    [TERMINATION_POLICY]: container.terminationMessagePolicy ?? 'File',
    ...(grace !== undefined && { [POD_GRACE]: String(grace) }),
  };
}
