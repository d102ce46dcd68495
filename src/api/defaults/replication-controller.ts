import type { ReplicationController } from '#gen/core/v1.ts';
import { defaultPodTemplate } from './pod.ts';

const isEmpty = (map: Record<string, string> | undefined): boolean => Object.keys(map ?? {}).length === 0;

/** Selector and labels follow the template where they are not given. Source: pkg/apis/core/v1/defaults.go. */
export function defaultReplicationController({ metadata, spec }: ReplicationController): void {
  if (!spec) return;
  const labels = spec.template?.metadata?.labels;
  if (labels && isEmpty(spec.selector)) spec.selector = { ...labels };
  if (labels && isEmpty(metadata.labels)) metadata.labels = { ...labels };
  spec.replicas ??= 1;
  defaultPodTemplate(spec.template);
}
