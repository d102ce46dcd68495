import type { Container, EphemeralContainer, Pod } from '#gen/core/v1.ts';
import type { PodRef } from '../runtimes/runtime.ts';

export type AnyContainer = Container | EphemeralContainer;
export type ContainerKind = 'init' | 'regular' | 'ephemeral';

export interface NamedContainer {
  readonly kind: ContainerKind;
  readonly container: AnyContainer;
}

/** A sidecar: an init container that keeps running beside the regular ones. Source: KEP-753. */
export const isSidecar = (container: AnyContainer): boolean => container.restartPolicy === 'Always';

/** Every container of the pod, in the order init, regular, ephemeral. */
export function containersOf(pod: Pod): readonly NamedContainer[] {
  const { initContainers = [], containers, ephemeralContainers = [] } = pod.spec;
  return [
    ...initContainers.map((container) => ({ kind: 'init' as const, container })),
    ...containers.map((container) => ({ kind: 'regular' as const, container })),
    ...ephemeralContainers.map((container) => ({ kind: 'ephemeral' as const, container })),
  ];
}

export const findContainer = (pod: Pod, name: string): NamedContainer | undefined =>
  containersOf(pod).find(({ container }) => container.name === name);

/** Which part of the pod an event is about: `spec.containers{web}`. */
export function fieldPathOf({ kind, container }: NamedContainer): string {
  const list = { init: 'initContainers', regular: 'containers', ephemeral: 'ephemeralContainers' }[kind];
  return `spec.${list}{${container.name}}`;
}

export const uidOf = (pod: Pod): string => pod.metadata.uid ?? '';
export const namespaceOf = (pod: Pod): string => pod.metadata.namespace ?? 'default';

export const refOf = (pod: Pod): PodRef => ({
  uid: uidOf(pod),
  namespace: namespaceOf(pod),
  name: pod.metadata.name,
});

/** `name_namespace(uid)`: how messages name a pod. Source: upstream pkg/kubelet/util/format.Pod. */
export const formatPod = (pod: Pod): string => `${pod.metadata.name}_${namespaceOf(pod)}(${uidOf(pod)})`;

export const isTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
