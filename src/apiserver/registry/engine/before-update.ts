import { FieldPath } from '#apimachinery/field-error.ts';
import { pathSegment } from '#apimachinery/names.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { conflict, invalid, STALE_OBJECT } from '#apimachinery/status.ts';
import { hasStatus } from './before-create.ts';
import { cloneJson } from './clone.ts';
import { type Call, strategyContext, warn } from './core.ts';
import { countGeneration } from './generation.ts';
import { expectedNamespace, matchNamespace } from './identity.ts';
import { validateMeta, validateMetaUpdate } from './metadata-validation.ts';

const ROOT = new FieldPath();

/** Which part of an object a request may change; `all` is for subresources that set single fields by themselves. */
export type Part = 'spec' | 'status' | 'all';

interface Update {
  next: KubeObject;
  previous: KubeObject;
  part: Part;
}

/** Takes over the current resourceVersion or insists on it. @throws {StatusError} 409, or 422 where it is missing. */
export function matchVersion(call: Call, next: KubeObject, previous: KubeObject): void {
  const { resource, strategy } = call;
  const wanted = next.metadata.resourceVersion;
  if (wanted && wanted !== '0') {
    if (wanted !== previous.metadata.resourceVersion) throw conflict(resource, previous.metadata.name, STALE_OBJECT);
    return;
  }
  if (strategy.allowUnconditionalUpdate === false) {
    const error = new FieldPath('metadata.resourceVersion').invalid(0, 'must be specified for an update');
    throw invalid({ group: resource.group, kind: resource.plural }, previous.metadata.name, [error]);
  }
  next.metadata.resourceVersion = previous.metadata.resourceVersion;
}

/** What a changed object goes through. Source: rest.BeforeUpdate. @throws {StatusError} 422 */
export function prepareChanged(call: Call, { next, previous, part }: Update): void {
  const { resource, strategy, request } = call;
  const context = strategyContext(call);
  matchNamespace(next, expectedNamespace(request));
  keepSystemFields(next, previous);
  if (part === 'status') {
    keepAllButStatus(next, previous);
    strategy.prepareForStatusUpdate?.(next, previous, context);
  } else {
    if (part === 'spec') {
      if (hasStatus(resource)) keepStatus(next, previous);
      strategy.prepareForUpdate?.(next, previous, context);
    }
    countGeneration(resource, next, previous);
  }
  const errors = [
    ...validateMeta(next, { resource, validateName: pathSegment }),
    ...validateMetaUpdate(next, previous),
    ...validateChange(call, { next, previous, part }),
  ];
  if (errors.length > 0) throw invalid(resource, next.metadata.name, errors);
  if (part === 'spec') for (const sentence of strategy.warnings?.(next, previous) ?? []) warn(call, sentence);
  strategy.canonicalize?.(next);
}

function validateChange(call: Call, { next, previous, part }: Update) {
  const { strategy } = call;
  const context = strategyContext(call);
  if (part === 'status') return strategy.validateStatusUpdate?.(next, previous, ROOT, context) ?? [];
  if (part === 'all') return [];
  return [
    ...(strategy.validate?.(next, ROOT, context) ?? []),
    ...(strategy.validateUpdate?.(next, previous, ROOT, context) ?? []),
  ];
}

function keepSystemFields({ metadata: next }: KubeObject, { metadata: previous }: KubeObject): void {
  setOrDelete(next, 'generation', previous.generation);
  next.uid ||= previous.uid;
  if (previous.creationTimestamp) next.creationTimestamp = previous.creationTimestamp;
  if (previous.deletionTimestamp) next.deletionTimestamp = previous.deletionTimestamp;
  if (previous.deletionGracePeriodSeconds !== undefined) {
    next.deletionGracePeriodSeconds ??= previous.deletionGracePeriodSeconds;
  }
}

function keepStatus(next: KubeObject & { status?: unknown }, previous: KubeObject & { status?: unknown }): void {
  setOrDelete(next, 'status', cloneJson(previous.status));
}

function keepAllButStatus(next: KubeObject & { status?: unknown }, previous: KubeObject): void {
  for (const name of Object.keys({ ...next, ...previous }) as (keyof KubeObject)[]) {
    if (name === 'metadata' || name === ('status' as string)) continue;
    setOrDelete(next, name, cloneJson(previous[name]));
  }
}

function setOrDelete<T extends object, K extends keyof T>(target: T, name: K, value: T[K] | undefined): void {
  if (value === undefined) delete target[name];
  else target[name] = value;
}
