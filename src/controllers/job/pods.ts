import type { Creatable } from '#apimachinery/object.ts';
import type { Job } from '#gen/batch/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import type { OwnerReference } from '#gen/meta/v1.ts';
import { podFromTemplate } from '#reconciler/pod-from-template.ts';

export const TRACKING = 'batch.kubernetes.io/job-tracking';
export const INDEX = 'batch.kubernetes.io/job-completion-index';

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed';

export const isTracked = ({ metadata }: Pod): boolean => metadata.finalizers?.includes(TRACKING) === true;

export const isSucceeded = ({ status }: Pod): boolean => status?.phase === 'Succeeded';

/** Failed, or on its way out without having succeeded, unless the job replaces only what has failed for good. */
export function isFailed(job: Job, { status, metadata }: Pod): boolean {
  if (status?.phase === 'Failed') return true;
  const replacesOnlyFailed = job.spec.podReplacementPolicy === 'Failed' || job.spec.podFailurePolicy !== undefined;
  return !replacesOnlyFailed && metadata.deletionTimestamp !== undefined && status?.phase !== 'Succeeded';
}

export function indexOf({ metadata }: Pod): number | undefined {
  const index = Number.parseInt(metadata.annotations?.[INDEX] ?? '', 10);
  return Number.isNaN(index) ? undefined : index;
}

/** The next pod of a job; an indexed one carries its index as annotation, label, environment and host name. */
export function jobPod(
  job: Job,
  reference: OwnerReference,
  { index, annotations = {} }: { index: number | undefined; annotations?: Record<string, string> },
): Creatable<Pod> {
  const pod = podFromTemplate(job, job.spec.template, reference);
  const metadata = { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), TRACKING] };
  if (index === undefined) return { ...pod, metadata };
  const mark = { [INDEX]: String(index) };
  const { name } = job.metadata;
  const env = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } } };
  const withIndex = <C extends { env?: { name: string }[] | undefined }>(container: C): C =>
    container.env?.some((each) => each.name === env.name)
      ? container
      : { ...container, env: [...(container.env ?? []), env] };
  return {
    ...pod,
    metadata: {
      ...metadata,
      generateName: `${name}-${index}-`,
      annotations: { ...metadata.annotations, ...annotations, ...mark },
      labels: { ...metadata.labels, ...mark },
    },
    spec: {
      ...pod.spec,
      hostname: `${name}-${index}`,
      containers: pod.spec.containers.map(withIndex),
      ...(pod.spec.initContainers && { initContainers: pod.spec.initContainers.map(withIndex) }),
    },
  };
}
