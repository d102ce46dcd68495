import { isObject, type JsonObject } from '../patch/json-value.ts';
import type { Schema } from '../schema.ts';
import { type FieldSet, isEmpty } from './field-set.ts';
import { itemStep, partsOf } from './walk.ts';

export interface Ownership {
  /** What the applier owned before. */
  readonly before: FieldSet;
  /** What anybody owns now, the applier included. */
  readonly now: FieldSet;
}

/** Removes what the applier owned, does not set any more, and nobody else owns; whole branches where all in them is so. */
export function prune(value: unknown, { before, now }: Ownership, schema: Schema | undefined): unknown {
  if (schema?.kind === 'list') return pruneList(value, { before, now }, schema);
  if (!isObject(value)) return value;
  const parts = partsOf(value, schema);
  const pruned: JsonObject = { ...value };
  for (const [step, owned] of before.children) {
    const part = parts.get(step);
    if (!part) continue;
    const kept = now.children.get(step);
    const name = step.slice(2);
    if (!kept || isEmpty(kept)) delete pruned[name];
    else pruned[name] = prune(part.value, { before: owned, now: kept }, part.schema);
  }
  return pruned;
}

function pruneList(value: unknown, { before, now }: Ownership, schema: Schema & { kind: 'list' }): unknown {
  if (!Array.isArray(value)) return value;
  return (value as unknown[]).flatMap((item) => {
    const step = itemStep(item, schema);
    const owned = before.children.get(step);
    const kept = now.children.get(step);
    if (!owned) return [item];
    return !kept || isEmpty(kept) ? [] : [prune(item, { before: owned, now: kept }, schema.items)];
  });
}
