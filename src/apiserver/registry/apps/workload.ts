import { isDeepStrictEqual } from 'node:util';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { PodTemplateSpec } from '#gen/core/v1.ts';
import type { LabelSelector } from '#gen/meta/v1.ts';
import { validatePodTemplate } from '../core/pod/template.ts';
import { IMMUTABLE } from '../validation/fields.ts';
import { isEmptySelector, selectorMatches, validateLabelSelector } from '../validation/label-selector.ts';

interface Workload {
  selector?: LabelSelector | undefined;
  template?: PodTemplateSpec | undefined;
}

interface WorkloadRules {
  /** How upstream's sentences call the kind: `empty selector is invalid for deployment`. */
  readonly noun: string;
  /** How they call it elsewhere: `activeDeadlineSeconds in ReplicaSet is not Supported`. */
  readonly owner: string;
  readonly validateTemplate?: (template: PodTemplateSpec | undefined, at: FieldPath) => FieldError[];
}

function validateSelection({ selector, template }: Workload, noun: string, at: FieldPath): FieldError[] {
  const place = at.child('selector');
  if (!selector) return [place.required('')];
  const errors = validateLabelSelector(selector, place);
  if (isEmptySelector(selector)) return [...errors, place.invalid(selector, `empty selector is invalid for ${noun}`)];
  const labels = template?.metadata?.labels;
  if (errors.length > 0 || selectorMatches(selector, labels)) return errors;
  const metadata = at.child('template', 'metadata', 'labels');
  return [metadata.invalid(labels ?? null, '`selector` does not match template `labels`')];
}

/** A selector that the template's labels match, and pods that restart always. Source: pkg/apis/apps/validation. */
export function validateWorkload(workload: Workload, rules: WorkloadRules, at: FieldPath): FieldError[] {
  const place = at.child('template');
  const { restartPolicy = '', activeDeadlineSeconds } = workload.template?.spec ?? {};
  const errors = [
    ...validateSelection(workload, rules.noun, at),
    ...(rules.validateTemplate ?? validatePodTemplate)(workload.template, place),
  ];
  if (restartPolicy !== 'Always') {
    errors.push(place.child('spec', 'restartPolicy').notSupported(restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const sentence = `activeDeadlineSeconds in ${rules.owner} is not Supported`;
    errors.push(place.child('spec', 'activeDeadlineSeconds').forbidden(sentence));
  }
  return errors;
}

interface Selecting {
  spec: { selector?: LabelSelector | undefined };
}

/** The selector of a workload never changes. */
export function validateSameSelector(next: Selecting, previous: Selecting, at: FieldPath): FieldError[] {
  const { selector } = next.spec;
  return isDeepStrictEqual(selector, previous.spec.selector)
    ? []
    : [at.child('spec', 'selector').invalid(selector, IMMUTABLE)];
}
