import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type {
  Container,
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  ObjectFieldSelector,
  ResourceFieldSelector,
} from '#gen/core/v1.ts';
import { checked, each, required, requiredAs } from '../../validation/fields.ts';
import { configKey, dns1123Subdomain, envName } from '../../validation/formats.ts';

const FIELD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const SUBSCRIPT = /^metadata\.(labels|annotations)\['([^']+)'\]$/;
const RESOURCES = ['limits', 'requests'].flatMap((list) =>
  ['cpu', 'ephemeral-storage', 'memory'].map((name) => `${list}.${name}`),
);

/** `extra` are the paths that only volumes may use. */
export function validateFieldRef(ref: ObjectFieldSelector, at: FieldPath, extra: readonly string[] = []): FieldError[] {
  const path = at.child('fieldPath');
  if (!ref.apiVersion) return [at.child('apiVersion').required('')];
  if (!ref.fieldPath) return [path.required('')];
  const allowed = extra.length > 0 ? extra : FIELD_PATHS;
  if (SUBSCRIPT.test(ref.fieldPath) || allowed.includes(ref.fieldPath)) return [];
  if (!/^(metadata|spec|status)\./.test(ref.fieldPath)) {
    return [path.invalid(ref.fieldPath, `error converting fieldPath: field label not supported: ${ref.fieldPath}`)];
  }
  return [path.notSupported(ref.fieldPath, allowed)];
}

export function validateResourceRef(ref: ResourceFieldSelector, at: FieldPath, needsContainer: boolean): FieldError[] {
  const place = at.child('resource');
  if (needsContainer && !ref.containerName) return [at.child('containerName').required('')];
  if (!ref.resource) return [place.required('')];
  const isKnown = RESOURCES.includes(ref.resource) || /^(limits|requests)\.hugepages-/.test(ref.resource);
  return isKnown ? [] : [place.notSupported(ref.resource, RESOURCES)];
}

function validateKeyRef(ref: { name?: string | undefined; key: string }, at: FieldPath): FieldError[] {
  return [
    ...requiredAs(ref.name, dns1123Subdomain, at.child('name')),
    ...requiredAs(ref.key, configKey, at.child('key')),
  ];
}

function validateSource(source: EnvVarSource, value: string | undefined, at: FieldPath): FieldError[] {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  const errors: FieldError[] = [];
  if (fieldRef) errors.push(...validateFieldRef(fieldRef, at.child('fieldRef')));
  if (resourceFieldRef) errors.push(...validateResourceRef(resourceFieldRef, at.child('resourceFieldRef'), false));
  if (configMapKeyRef) errors.push(...validateKeyRef(configMapKeyRef, at.child('configMapKeyRef')));
  if (secretKeyRef) errors.push(...validateKeyRef(secretKeyRef, at.child('secretKeyRef')));
  const given = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  return [...errors, ...validateSourceCount(given, value, at)];
}

function validateSourceCount(given: number, value: string | undefined, at: FieldPath): FieldError[] {
  if (given === 0) {
    const all = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    return [at.invalid('', `must specify one of: ${all}`)];
  }
  if (value) return [at.invalid('', 'may not be specified when `value` is not empty')];
  return given > 1 ? [at.invalid('', 'may not have more than one field specified at a time')] : [];
}

function validateVariable({ name, value, valueFrom }: EnvVar, at: FieldPath): FieldError[] {
  const errors = name ? checked(name, envName, at.child('name')) : required(name, at.child('name'));
  return valueFrom ? [...errors, ...validateSource(valueFrom, value, at.child('valueFrom'))] : errors;
}

function validateFrom({ prefix, configMapRef, secretRef }: EnvFromSource, at: FieldPath): FieldError[] {
  const errors = prefix ? checked(prefix, envName, at.child('prefix')) : [];
  if (configMapRef) errors.push(...requiredAs(configMapRef.name, dns1123Subdomain, at.child('configMapRef', 'name')));
  if (secretRef) errors.push(...requiredAs(secretRef.name, dns1123Subdomain, at.child('secretRef', 'name')));
  if (!configMapRef && !secretRef) errors.push(at.invalid('', 'must specify one of: `configMapRef` or `secretRef`'));
  else if (configMapRef && secretRef)
    errors.push(at.invalid('', 'may not have more than one field specified at a time'));
  return errors;
}

/** Source: pkg/apis/core/validation, ValidateEnv and ValidateEnvFrom. */
export function validateEnvironment({ env, envFrom }: Pick<Container, 'env' | 'envFrom'>, at: FieldPath): FieldError[] {
  return [...each(env, at.child('env'), validateVariable), ...each(envFrom, at.child('envFrom'), validateFrom)];
}
