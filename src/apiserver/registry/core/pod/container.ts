import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Container } from '#gen/core/v1.ts';
import { each, required, requiredAs, requiredOneOf, unique } from '../../validation/fields.ts';
import { dns1123Label } from '../../validation/formats.ts';
import { validateResources } from '../../validation/resources.ts';
import { validateContainerSecurity } from './container-security.ts';
import { validateEnvironment } from './env.ts';
import { validateMounts } from './mounts.ts';
import { validatePorts } from './ports.ts';
import { validateAliveProbe, validateLifecycle, validateReadinessProbe } from './probe.ts';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

function validateImage(image: string | undefined, at: FieldPath): FieldError[] {
  if (!image) return required(image, at);
  return image.trim() === image ? [] : [at.invalid(image, 'must not have leading or trailing whitespace')];
}

/** What all containers of a pod share. Source: pkg/apis/core/validation, validateContainerCommon. */
export function validateAnyContainer(container: Container, volumes: ReadonlySet<string>, at: FieldPath): FieldError[] {
  const { terminationMessagePolicy, imagePullPolicy } = container;
  return [
    ...requiredAs(container.name, dns1123Label, at.child('name')),
    ...validateImage(container.image, at.child('image')),
    ...requiredOneOf(terminationMessagePolicy, ['File', 'FallbackToLogsOnError'], at.child('terminationMessagePolicy')),
    ...validatePorts(container.ports, at.child('ports')),
    ...validateEnvironment(container, at),
    ...validateMounts(container, volumes, at),
    ...requiredOneOf(imagePullPolicy, PULL_POLICIES, at.child('imagePullPolicy')),
    ...validateResources(container.resources, at.child('resources')),
    ...validateContainerSecurity(container.securityContext, at.child('securityContext')),
  ];
}

function validateLife(container: Container, at: FieldPath): FieldError[] {
  return [
    ...validateLifecycle(container.lifecycle, at.child('lifecycle')),
    ...validateAliveProbe(container.livenessProbe, at.child('livenessProbe')),
    ...validateReadinessProbe(container.readinessProbe, at.child('readinessProbe')),
    ...validateAliveProbe(container.startupProbe, at.child('startupProbe')),
  ];
}

const LIFE = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

function validateInitLife(container: Container, at: FieldPath): FieldError[] {
  if (container.restartPolicy === 'Always') return validateLife(container, at);
  return LIFE.filter((name) => container[name] !== undefined).map((name) =>
    at.child(name).forbidden('may not be set for init containers without restartPolicy=Always'),
  );
}

const uniqueNames = (containers: readonly Container[] | undefined, at: FieldPath): FieldError[] =>
  unique(
    containers,
    ({ name }) => name,
    (index) => at.index(index).child('name'),
  );

/** Source: pkg/apis/core/validation, validateContainers. */
export function validateContainers(
  containers: readonly Container[] | undefined,
  volumes: ReadonlySet<string>,
  at: FieldPath,
): FieldError[] {
  if (!containers || containers.length === 0) return [at.required('')];
  return [
    ...each(containers, at, (container, place) => [
      ...validateAnyContainer(container, volumes, place),
      ...validateLife(container, place),
    ]),
    ...uniqueNames(containers, at),
  ];
}

interface InitContext {
  readonly volumes: ReadonlySet<string>;
  /** Names of the regular containers, which no init container may repeat. */
  readonly taken: ReadonlySet<string>;
}

export function validateInitContainers(
  containers: readonly Container[] | undefined,
  { volumes, taken }: InitContext,
  at: FieldPath,
): FieldError[] {
  return [
    ...each(containers, at, (container, place) => [
      ...validateAnyContainer(container, volumes, place),
      ...validateInitLife(container, place),
      ...(taken.has(container.name) ? [place.child('name').duplicate(container.name)] : []),
    ]),
    ...uniqueNames(containers, at),
  ];
}
