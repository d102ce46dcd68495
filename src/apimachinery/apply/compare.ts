import { equalValues } from '../patch/json-value.ts';
import type { Schema, StructSchema } from '../schema.ts';
import { childOf, type FieldSet, type FieldSetBuilder, newSet } from './field-set.ts';
import { isAtomic, partsOf } from './walk.ts';

export interface Comparison {
  /** Added or given another value. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

/** What tells two states of an object apart. The order of keyed lists does not. Source: typed.Compare. */
export function compare(before: unknown, after: unknown, schema: Schema): Comparison {
  const result = { changed: newSet(), removed: newSet() };
  compareParts({ before, after, schema }, result);
  return result;
}

interface Sides {
  readonly before: unknown;
  readonly after: unknown;
  readonly schema: Schema | undefined;
}

interface Sets {
  readonly changed: FieldSetBuilder;
  readonly removed: FieldSetBuilder;
}

function compareParts({ before, after, schema }: Sides, sets: Sets): void {
  if (before === after) return;
  const old = partsOf(before, schema);
  const now = partsOf(after, schema);
  for (const step of new Set([...old.keys(), ...now.keys()])) {
    const part = now.get(step) ?? old.get(step);
    const sides = { before: old.get(step)?.value, after: now.get(step)?.value, schema: part?.schema };
    if (sides.before === sides.after) continue;
    compareOne(sides, { changed: childOf(sets.changed, step), removed: childOf(sets.removed, step) });
    for (const set of [sets.changed, sets.removed]) {
      const child = set.children.get(step);
      if (child && !child.isMember && child.children.size === 0) set.children.delete(step);
    }
  }
}

function compareOne(sides: Sides, sets: Sets): void {
  const { before, after, schema } = sides;
  if (before === undefined) sets.changed.isMember = true;
  else if (after === undefined) sets.removed.isMember = true;
  else if (isAtomic(schema)) {
    if (!equalValues(before, after)) sets.changed.isMember = true;
    return;
  }
  if (!isAtomic(schema)) compareParts(sides, sets);
}

const skeletons = new WeakMap<StructSchema, object>();

/**
 * What an object of the type is before anything is set: its structs are there, pointers and optional lists are not.
 * Whoever creates an object so owns the fields, not the structs around them.
 */
export function skeletonOf(schema: StructSchema): object {
  const known = skeletons.get(schema);
  if (known) return known;
  const skeleton: Record<string, unknown> = {};
  skeletons.set(schema, skeleton);
  for (const [name, field] of schema.fields) {
    if (field.pointer) continue;
    if (field.schema.kind === 'struct') skeleton[name] = skeletonOf(field.schema);
    else if (field.schema.kind === 'list' && !field.omitEmpty) skeleton[name] = [];
  }
  return skeleton;
}
