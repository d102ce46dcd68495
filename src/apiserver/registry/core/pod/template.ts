import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { PodTemplateSpec } from '#gen/core/v1.ts';
import type { LabelSelector } from '#gen/meta/v1.ts';
import {
  isEmptySelector,
  selectorMatches,
  validateLabelSelector,
  validateLabels,
} from '../../validation/label-selector.ts';
import { validatePodSpec } from './spec.ts';

export function validatePodTemplate(template: PodTemplateSpec | undefined, at: FieldPath): FieldError[] {
  return [
    ...validateLabels(template?.metadata?.labels, at.child('metadata', 'labels')),
    ...validatePodSpec(template?.spec ?? { containers: [] }, at.child('spec')),
  ];
}

interface Workload {
  selector?: LabelSelector | undefined;
  template?: PodTemplateSpec | undefined;
}

/** A selector, that the template's labels match, and pods that restart always. Source: pkg/apis/apps/validation. */
export function validateWorkload({ selector, template }: Workload, kind: string, at: FieldPath): FieldError[] {
  const place = at.child('selector');
  const errors = selector ? validateLabelSelector(selector, place) : [place.required('')];
  if (selector && isEmptySelector(selector)) {
    errors.push(place.invalid(selector, `empty selector is invalid for ${kind}`));
  }
  const labels = template?.metadata?.labels;
  if (selector && !isEmptySelector(selector) && !selectorMatches(selector, labels)) {
    errors.push(
      at.child('template', 'metadata', 'labels').invalid(labels ?? {}, '`selector` does not match template `labels`'),
    );
  }
  errors.push(...validatePodTemplate(template, at.child('template')));
  const policy = template?.spec?.restartPolicy;
  if (policy && policy !== 'Always') {
    errors.push(at.child('template', 'spec', 'restartPolicy').notSupported(policy, ['Always']));
  }
  return errors;
}
