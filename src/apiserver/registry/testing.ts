import { applySchemaDefaults } from '#apimachinery/codec/defaults.ts';
import { type FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { apiVersionOf } from '#apimachinery/resource.ts';
import { schemaOf } from '#apimachinery/schema-table.ts';
import type { StrategyBinding, StrategyContext } from '../strategy.ts';

const context = {
  user: { name: 'jane', uid: 'u-1', groups: ['devs'] },
  nowMs: Date.UTC(2026, 0, 1),
  dryRun: false,
} as unknown as StrategyContext;

const lines = (errors: readonly FieldError[]): string[] => errors.map(({ field, detail }) => `${field}: ${detail}`);

/** What a test sends: metadata default to the name `web` in the namespace `default`. For tests. */
export type Sent = Readonly<Record<string, unknown>>;

/** The object as the strategy sees it: defaulted and prepared. */
export function prepared({ resource, strategy }: StrategyBinding, sent: Sent): KubeObject {
  const metadata = { name: 'web', namespace: 'default', uid: 'uid-1' };
  const object = structuredClone({ apiVersion: apiVersionOf(resource), kind: resource.kind, metadata, ...sent });
  applySchemaDefaults(object, schemaOf(resource.type));
  resource.defaults?.(object as unknown as KubeObject);
  strategy.prepareForCreate?.(object as unknown as KubeObject, context);
  return object as unknown as KubeObject;
}

/** `field: detail` of each error that creating the object brings; empty when it passes. */
export function errorsOfCreate(binding: StrategyBinding, sent: Sent): string[] {
  const { strategy } = binding;
  const object = prepared(binding, sent);
  const at = new FieldPath();
  return lines([
    ...(strategy.validate?.(object, at, context) ?? []),
    ...(strategy.validateCreate?.(object, at, context) ?? []),
  ]);
}

/** `field: detail` of each error that the change from one object to the other brings. */
export function errorsOfUpdate(binding: StrategyBinding, before: Sent, after: Sent): string[] {
  const { resource, strategy } = binding;
  const previous = prepared(binding, before);
  const next = structuredClone({ ...previous, ...after });
  resource.defaults?.(next);
  strategy.prepareForUpdate?.(next, previous, context);
  const at = new FieldPath();
  return lines([
    ...(strategy.validate?.(next, at, context) ?? []),
    ...(strategy.validateUpdate?.(next, previous, at, context) ?? []),
  ]);
}

/** The same for a change of the status. */
export function errorsOfStatus(binding: StrategyBinding, sent: Sent, status: unknown): string[] {
  const previous = prepared(binding, sent);
  const next = { ...structuredClone(previous), status } as KubeObject;
  binding.strategy.prepareForStatusUpdate?.(next, previous, context);
  return lines(binding.strategy.validateStatusUpdate?.(next, previous, new FieldPath(), context) ?? []);
}
