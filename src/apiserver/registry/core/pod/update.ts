import { isDeepStrictEqual } from 'node:util';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { copyOf } from '#apimachinery/object.ts';
import type { Container, Pod, PodSpec } from '#gen/core/v1.ts';

const MUTABLE =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function withImagesOf(containers: Container[] | undefined, from: Container[] | undefined): void {
  for (const [index, container] of (containers ?? []).entries()) container.image = from?.[index]?.image;
}

/** The new spec with everything that may change taken from the old one. */
function comparable(next: PodSpec, previous: PodSpec): PodSpec {
  const spec = copyOf(next);
  withImagesOf(spec.containers, previous.containers);
  withImagesOf(spec.initContainers, previous.initContainers);
  spec.activeDeadlineSeconds = previous.activeDeadlineSeconds;
  spec.tolerations = previous.tolerations;
  spec.schedulingGates = previous.schedulingGates;
  if (narrows(next, previous)) spec.nodeSelector = previous.nodeSelector;
  if ((previous.terminationGracePeriodSeconds ?? 0) < 0 && next.terminationGracePeriodSeconds === 1) {
    spec.terminationGracePeriodSeconds = previous.terminationGracePeriodSeconds;
  }
  return spec;
}

function changedFields(next: PodSpec, previous: PodSpec): string {
  const names = [...new Set([...Object.keys(next), ...Object.keys(previous)])] as (keyof PodSpec)[];
  return names
    .filter((name) => !isDeepStrictEqual(next[name], previous[name]))
    .map((name) => `- ${name}: ${JSON.stringify(previous[name])}\n+ ${name}: ${JSON.stringify(next[name])}`)
    .join('\n');
}

function validateDeadline(next: PodSpec, previous: PodSpec, at: FieldPath): FieldError[] {
  const [now, before] = [next.activeDeadlineSeconds, previous.activeDeadlineSeconds];
  if (before === undefined || now === before) return [];
  if (now === undefined) return [at.invalid(null, 'must not update from a positive integer to nil value')];
  return now > before ? [at.invalid(now, 'must be less than or equal to previous value')] : [];
}

function validateTolerations(next: PodSpec, previous: PodSpec, at: FieldPath): FieldError[] {
  const kept = (previous.tolerations ?? []).every((old) =>
    next.tolerations?.some((one) =>
      isDeepStrictEqual({ ...one, tolerationSeconds: 0 }, { ...old, tolerationSeconds: 0 }),
    ),
  );
  return kept ? [] : [at.forbidden('existing toleration can not be modified except its tolerationSeconds')];
}

/** Gates open, and never close again. */
function validateGates(next: PodSpec, previous: PodSpec, at: FieldPath): FieldError[] {
  const known = new Set((previous.schedulingGates ?? []).map(({ name }) => name));
  const added = (next.schedulingGates ?? []).filter(({ name }) => !known.has(name));
  return added.map(({ name }) => at.forbidden(`only deletion is allowed, but found new scheduling gate '${name}'`));
}

/** While a pod is gated, where it may go can be narrowed. Source: KEP-3838. */
function narrows(next: PodSpec, previous: PodSpec): boolean {
  if (!previous.schedulingGates?.length) return false;
  return Object.entries(previous.nodeSelector ?? {}).every(([key, value]) => next.nodeSelector?.[key] === value);
}

/** Source: pkg/apis/core/validation, ValidatePodUpdate. */
export function validatePodUpdate({ spec: next }: Pod, { spec: previous }: Pod, at: FieldPath): FieldError[] {
  if (next.containers.length !== previous.containers.length) {
    return [at.child('containers').forbidden('pod updates may not add or remove containers')];
  }
  if (next.initContainers?.length !== previous.initContainers?.length) {
    return [at.child('initContainers').forbidden('pod updates may not add or remove containers')];
  }
  const errors = [
    ...validateDeadline(next, previous, at.child('activeDeadlineSeconds')),
    ...validateTolerations(next, previous, at.child('tolerations')),
  ];
  errors.push(...validateGates(next, previous, at.child('schedulingGates')));
  const changes = changedFields(comparable(next, previous), previous);
  if (changes !== '') errors.push(at.forbidden(`pod updates may not change fields other than ${MUTABLE}\n${changes}`));
  return errors;
}
