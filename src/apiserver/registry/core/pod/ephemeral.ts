import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Container, EphemeralContainer, PodSpec } from '#gen/core/v1.ts';
import { each } from '../../validation/fields.ts';
import { validateAnyContainer } from './container.ts';

/** What cannot be asked of a container that only joins a running pod. */
const FORBIDDEN = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resizePolicy'] as const;

function validateForbidden(container: EphemeralContainer, at: FieldPath): FieldError[] {
  const errors = FORBIDDEN.filter((name) => container[name] !== undefined).map((name) =>
    at.child(name).forbidden('cannot be set for an Ephemeral Container'),
  );
  const { limits, requests } = container.resources ?? {};
  if (limits || requests) errors.push(at.child('resources').forbidden('cannot be set for an Ephemeral Container'));
  return errors;
}

/** Source: pkg/apis/core/validation, validateEphemeralContainers. */
export function validateEphemeralContainers(
  { containers = [], initContainers = [], ephemeralContainers }: PodSpec,
  volumes: ReadonlySet<string>,
  at: FieldPath,
): FieldError[] {
  const others = new Set([...containers, ...initContainers].map(({ name }) => name));
  const seen = new Set<string>();
  const targets = new Set(containers.map(({ name }) => name));
  return each(ephemeralContainers, at, (container, place) => {
    const errors = validateAnyContainer(container as Container, volumes, place);
    if (others.has(container.name) || seen.has(container.name)) {
      errors.push(place.child('name').duplicate(container.name));
    }
    seen.add(container.name);
    const target = container.targetContainerName;
    if (target && !targets.has(target)) errors.push(place.child('targetContainerName').notFound(target));
    return [...errors, ...validateForbidden(container, place)];
  });
}
