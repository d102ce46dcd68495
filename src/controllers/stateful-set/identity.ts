/** Names, labels and volumes that make a pod of a stateful set itself. Source: kubernetes pkg/controller/statefulset/stateful_set_utils.go. */
import { statefulSets } from '#api/apps/v1/stateful-set.ts';
import { type Creatable, copyOf } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { StatefulSet } from '#gen/apps/v1.ts';
import type { PersistentVolumeClaim, Pod, PodTemplateSpec } from '#gen/core/v1.ts';
import { controllerReference } from '#reconciler/claims.ts';
import { podFromTemplate } from '#reconciler/pod-from-template.ts';

export const REVISION_LABEL = 'controller-revision-hash';
export const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
export const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';

export const startOf = ({ spec }: StatefulSet): number => spec.ordinals?.start ?? 0;
export const sizeOf = ({ spec }: StatefulSet): number => spec.replicas ?? 1;

/** The ordinal of a pod of this set, by its name; undefined for a stranger's. */
export function ordinalIn(set: StatefulSet, { metadata }: { metadata: { name: string } }): number | undefined {
  const match = /^(.*)-([0-9]+)$/.exec(metadata.name);
  return match && match[1] === set.metadata.name ? Number(match[2]) : undefined;
}

export const revisionIn = ({ metadata }: Pod): string => metadata.labels?.[REVISION_LABEL] ?? '';

export const claimName = (template: PersistentVolumeClaim, set: StatefulSet, ordinal: number): string =>
  `${template.metadata.name}-${set.metadata.name}-${ordinal}`;

/** The claims of one ordinal; made once and then left alone, whatever becomes of the templates. */
export function claimsFor(set: StatefulSet, ordinal: number): Creatable<PersistentVolumeClaim>[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => {
    const { labels, annotations, finalizers } = template.metadata;
    return {
      metadata: {
        name: claimName(template, set, ordinal),
        namespace: set.metadata.namespace,
        labels: { ...labels, ...set.spec.selector?.matchLabels },
        ...(annotations && { annotations: { ...annotations } }),
        ...(finalizers && { finalizers: [...finalizers] }),
      },
      spec: copyOf(template.spec),
    };
  });
}

const volumesFor = (set: StatefulSet, ordinal: number, others: Pod['spec']['volumes'] = []) => {
  const claims = (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    name: template.metadata.name,
    persistentVolumeClaim: { claimName: claimName(template, set, ordinal), readOnly: false },
  }));
  const names = new Set(claims.map(({ name }) => name));
  return [...claims, ...others.filter(({ name }) => !names.has(name))];
};

/** The pod of one ordinal at one revision. */
export function podFor(
  set: StatefulSet,
  { ordinal, template, revision }: { ordinal: number; template: PodTemplateSpec; revision: string },
): Creatable<Pod> {
  const reference = controllerReference(statefulSets as unknown as Resource, set);
  const { metadata, spec } = podFromTemplate(set, template, reference);
  const { generateName: _, ...rest } = metadata;
  const name = `${set.metadata.name}-${ordinal}`;
  const volumes = volumesFor(set, ordinal, spec.volumes);
  return {
    metadata: {
      ...rest,
      name,
      labels: {
        ...rest.labels,
        [POD_NAME_LABEL]: name,
        [POD_INDEX_LABEL]: String(ordinal),
        [REVISION_LABEL]: revision,
      },
    },
    spec: {
      ...spec,
      hostname: name,
      subdomain: set.spec.serviceName ?? '',
      ...(volumes.length > 0 && { volumes }),
    },
  };
}

/** Whether a pod still carries the labels and claims that its set gave it. */
export function hasIdentity(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalIn(set, pod);
  if (ordinal === undefined) return false;
  const claimed = new Map(
    (pod.spec.volumes ?? []).map(({ name, persistentVolumeClaim: claim }) => [name, claim?.claimName]),
  );
  return (
    pod.metadata.labels?.[POD_NAME_LABEL] === pod.metadata.name &&
    (set.spec.volumeClaimTemplates ?? []).every(
      (template) => claimed.get(template.metadata.name) === claimName(template, set, ordinal),
    )
  );
}
