import type { Schema } from '../schema.ts';
import { childOf, type FieldSet, type FieldSetBuilder, newSet } from './field-set.ts';
import { isAtomic, partsOf } from './walk.ts';

/** The fields that a configuration sets: its leaves, and each item of its keyed lists. */
export function fieldsSetBy(value: unknown, schema: Schema): FieldSet {
  const set = newSet();
  for (const part of partsOf(value, schema).values()) collect(part.value, part.schema, childOf(set, part.step));
  return set;
}

function collect(value: unknown, schema: Schema | undefined, set: FieldSetBuilder): void {
  const parts = isAtomic(schema) ? undefined : partsOf(value, schema);
  if (!parts || parts.size === 0) {
    set.isMember = true;
    return;
  }
  for (const part of parts.values()) {
    const child = childOf(set, part.step);
    collect(part.value, part.schema, child);
    // An item is owned as such, beside its fields.
    if (part.step.startsWith('k:')) child.isMember = true;
  }
}
