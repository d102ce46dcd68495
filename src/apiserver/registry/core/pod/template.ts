import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { PodTemplateSpec } from '#gen/core/v1.ts';
import { validateLabels } from '../../validation/label-selector.ts';
import { validatePodSpec } from './spec.ts';

export function validatePodTemplate(template: PodTemplateSpec | undefined, at: FieldPath): FieldError[] {
  return [
    ...validateLabels(template?.metadata?.labels, at.child('metadata', 'labels')),
    ...validatePodSpec(template?.spec ?? { containers: [] }, at.child('spec')),
  ];
}
