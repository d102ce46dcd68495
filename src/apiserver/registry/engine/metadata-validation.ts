import { isDeepStrictEqual } from 'node:util';
import { type FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { asObjectName, dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from '#apimachinery/names.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { ObjectMeta, OwnerReference } from '#gen/meta/v1.ts';

const AT = new FieldPath('metadata');
const MAX_ANNOTATIONS_BYTES = 262_144;

interface MetaRules {
  resource: Resource;
  /** Left out where names are DNS subdomains. */
  validateName: ((name: string, isPrefix: boolean) => string[]) | undefined;
}

/** Source: apimachinery api/validation.ValidateObjectMeta. */
export function validateMeta({ metadata }: KubeObject, rules: MetaRules): FieldError[] {
  const errors: FieldError[] = [];
  const nameErrors = rules.validateName ?? namesSubdomain;
  if (metadata.generateName) {
    const path = AT.child('generateName');
    for (const why of nameErrors(metadata.generateName, true)) errors.push(path.invalid(metadata.generateName, why));
  }
  if (!metadata.name) errors.push(AT.child('name').required('name or generateName is required'));
  else for (const why of nameErrors(metadata.name, false)) errors.push(AT.child('name').invalid(metadata.name, why));
  errors.push(...namespaceErrors(metadata, rules.resource));
  errors.push(...labelErrors(metadata.labels), ...annotationErrors(metadata.annotations));
  errors.push(...ownerErrors(metadata.ownerReferences), ...finalizerErrors(metadata.finalizers));
  return errors;
}

const namesSubdomain = asObjectName(dns1123Subdomain);

function namespaceErrors(metadata: ObjectMeta, resource: Resource): FieldError[] {
  const path = AT.child('namespace');
  if (resource.scope === 'Cluster') return metadata.namespace ? [path.forbidden('not allowed on this type')] : [];
  if (!metadata.namespace) return [path.required()];
  return dns1123Label(metadata.namespace).map((why) => path.invalid(metadata.namespace, why));
}

function labelErrors(labels: ObjectMeta['labels']): FieldError[] {
  const path = AT.child('labels');
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedName(key).map((why) => path.invalid(key, why)),
    ...labelValue(value).map((why) => path.invalid(value, why)),
  ]);
}

function annotationErrors(annotations: ObjectMeta['annotations']): FieldError[] {
  const path = AT.child('annotations');
  let bytes = 0;
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(annotations ?? {})) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    errors.push(...qualifiedName(key.toLowerCase()).map((why) => path.invalid(key, why)));
  }
  return bytes > MAX_ANNOTATIONS_BYTES ? [...errors, path.tooLong(MAX_ANNOTATIONS_BYTES)] : errors;
}

function ownerErrors(owners: ObjectMeta['ownerReferences']): FieldError[] {
  const path = AT.child('ownerReferences');
  const errors: FieldError[] = [];
  let controller = '';
  for (const [index, owner] of (owners ?? []).entries()) {
    errors.push(...oneOwnerErrors(owner, path.index(index)));
    if (!owner.controller) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (controller) {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(path.invalid(owners, why));
    } else controller = name;
  }
  return errors;
}

function oneOwnerErrors(owner: OwnerReference, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!owner.apiVersion) errors.push(path.child('apiVersion').required('must not be empty'));
  else if (!/^([^/]+\/)?[^/]+$/.test(owner.apiVersion)) {
    errors.push(path.child('apiVersion').invalid(owner.apiVersion, 'must be <group>/<version> or <version>'));
  }
  for (const name of ['kind', 'name', 'uid'] as const) {
    if (!owner[name]) errors.push(path.child(name).required('must not be empty'));
  }
  if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
    errors.push(path.invalid(owner, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return errors;
}

function finalizerErrors(finalizers: ObjectMeta['finalizers']): FieldError[] {
  const path = AT.child('finalizers');
  const names = finalizers ?? [];
  const errors = names.flatMap((name) => qualifiedName(name).map((why) => path.invalid(name, why)));
  if (names.includes('orphan') && names.includes('foregroundDeletion')) {
    errors.push(path.invalid(names, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}

const IMMUTABLE = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** Source: apimachinery api/validation.ValidateObjectMetaUpdate. */
export function validateMetaUpdate({ metadata: next }: KubeObject, { metadata: previous }: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (previous.deletionTimestamp) {
    const added = (next.finalizers ?? []).filter((name) => !previous.finalizers?.includes(name)).sort();
    if (added.length > 0) {
      const list = `[]string{${added.map((name) => JSON.stringify(name)).join(', ')}}`;
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
      errors.push(AT.child('finalizers').forbidden(why));
    }
  }
  for (const name of IMMUTABLE) {
    if (!isDeepStrictEqual(next[name], previous[name])) {
      errors.push(AT.child(name).invalid(next[name], 'field is immutable'));
    }
  }
  return errors;
}
