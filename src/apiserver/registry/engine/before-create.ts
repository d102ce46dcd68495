import { FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { invalid } from '#apimachinery/status.ts';
import { type Call, strategyContext, warn } from './core.ts';
import { startGeneration } from './generation.ts';
import { validateMeta } from './metadata-validation.ts';

const ROOT = new FieldPath();

/** What a new object goes through once it is admitted. Source: rest.BeforeCreate. @throws {StatusError} 422 */
export function prepareNew(call: Call, object: KubeObject): void {
  const { resource, strategy } = call;
  const context = strategyContext(call);
  if (startsWithoutStatus(resource)) (object as { status?: unknown }).status = {};
  startGeneration(resource, object);
  strategy.prepareForCreate?.(object, context);
  const errors = [...validateMeta(object, { resource, validateName: strategy.validateName })];
  errors.push(...(strategy.validate?.(object, ROOT, context) ?? []));
  errors.push(...(strategy.validateCreate?.(object, ROOT, context) ?? []));
  if (errors.length > 0) throw invalid(resource, object.metadata.name, errors);
  for (const sentence of strategy.warnings?.(object, undefined) ?? []) warn(call, sentence);
  strategy.canonicalize?.(object);
}

export function hasStatus(resource: Resource): boolean {
  return resource.subresources.some(({ name }) => name === 'status');
}

/** A kubelet registers its node together with what it found; nobody else may bring a status along. */
function startsWithoutStatus(resource: Resource): boolean {
  return hasStatus(resource) && !(resource.group === '' && resource.plural === 'nodes');
}
