/**
 * Server-side apply: who set a field owns it, and nobody takes it silently. Pure: an object and a write go in, the
 * object with its `managedFields` comes out. Source: KEP-555, structured-merge-diff merge.Updater.
 */
import type { ManagedFieldsEntry } from '#gen/meta/v1.ts';
import type { KubeObject } from '../object.ts';
import { equalValues } from '../patch/json-value.ts';
import type { StructSchema } from '../schema.ts';
import { compare, skeletonOf } from './compare.ts';
import { conflictsWith } from './conflicts.ts';
import { difference, emptySet, type FieldSet, formatFields, union, withoutBranches } from './field-set.ts';
import { formatManagers, isSame, type Manager, parseManagers } from './managers.ts';
import { mergeConfiguration } from './merge-configuration.ts';
import { fieldsSetBy } from './owned-fields.ts';
import { prune } from './prune.ts';

export interface FieldWrite {
  readonly manager: string;
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** RFC 3339 */
  readonly time: string;
  readonly schema: StructSchema;
  /** Top-level fields that this endpoint does not write: `status` for the object itself, `spec` for its status. */
  readonly resets: readonly string[];
}

/** What the server itself fills in belongs to nobody. Source: fieldmanager stripMeta. */
const NOBODYS: readonly (readonly string[])[] = [
  ['f:apiVersion'],
  ['f:kind'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((field) => ['f:metadata', `f:${field}`]),
];

const BEFORE_FIRST_APPLY = 'before-first-apply';

/** Notes an ordinary write (create, update, patch). @returns the new `managedFields`. */
export function trackUpdate(live: KubeObject | undefined, next: KubeObject, write: FieldWrite): ManagedFieldsEntry[] {
  const before = managersOf(live, next);
  const { changed, removed } = ownable(compare(live ?? skeletonOf(write.schema), next, write.schema), write);
  const self: Manager = { ...identityOf(write, 'Update'), time: write.time, fields: emptySet };
  const known = before.find((entry) => isSame(entry, self));
  const fields = difference(union(known?.fields ?? emptySet, changed), removed);
  const others = before.filter((entry) => entry !== known).map((entry) => take(entry, union(changed, removed)));
  return formatManagers([...others, settled({ ...self, fields }, known)]);
}

export interface Applied<T extends KubeObject> {
  readonly object: T;
  readonly managedFields: ManagedFieldsEntry[];
}

/**
 * Makes an applied configuration true. @throws {StatusError} 409 with one cause a field when others own what it would
 * change, unless `force`.
 */
export function applyConfiguration<T extends KubeObject>(
  live: T | undefined,
  config: KubeObject,
  { force, ...write }: FieldWrite & { readonly force: boolean },
): Applied<T> {
  const base = live ?? { apiVersion: config.apiVersion, kind: config.kind, metadata: {} };
  const before = seeded(managersOf(live, undefined), live, write);
  const self: Manager = { ...identityOf(write, 'Apply'), time: write.time, fields: emptySet };
  const known = before.find((entry) => isSame(entry, self));
  const others = before.filter((entry) => entry !== known);
  const fields = strip(fieldsSetBy(config, write.schema), write);
  const now = others.reduce((sum, entry) => union(sum, entry.fields), fields);

  const merged = mergeConfiguration(base, withoutReset(config, write), write.schema);
  const pruned = prune(merged, { before: known?.fields ?? emptySet, now }, write.schema);
  const object = { ...(pruned as T), metadata: { ...(pruned as T).metadata, ...identityFields(base) } };
  const { changed, removed } = ownable(compare(live ?? skeletonOf(write.schema), object, write.schema), write);
  if (!force) conflictsWith(others, changed);
  const left = others.map((entry) => take(entry, union(changed, removed)));
  return { object, managedFields: formatManagers([...left, settled({ ...self, fields }, known)]) };
}

const identityOf = ({ manager, apiVersion, subresource }: FieldWrite, operation: Manager['operation']) => ({
  manager,
  operation,
  apiVersion,
  subresource,
});

/** A client may reset the list by sending an empty one; else it is the server's. */
function managersOf(live: KubeObject | undefined, next: KubeObject | undefined): Manager[] {
  const sent = next?.metadata.managedFields;
  const isReset = live !== undefined && sent?.length === 1 && Object.keys(sent[0] ?? {}).length === 0;
  return isReset ? [] : parseManagers(live?.metadata.managedFields);
}

/** What was written before fields had owners belongs to a manager of that name. */
function seeded(managers: Manager[], live: KubeObject | undefined, write: FieldWrite): Manager[] {
  if (managers.length > 0 || !live) return managers;
  const fields = strip(fieldsSetBy(live, write.schema), { ...write, resets: ['status'] });
  return [
    { ...identityOf({ ...write, manager: BEFORE_FIRST_APPLY, subresource: '' }, 'Update'), time: write.time, fields },
  ];
}

function strip(fields: FieldSet, { resets }: Pick<FieldWrite, 'resets'>): FieldSet {
  return withoutBranches(fields, [...NOBODYS, ...resets.map((field) => [`f:${field}`])]);
}

function ownable(sets: { changed: FieldSet; removed: FieldSet }, write: FieldWrite) {
  return { changed: strip(sets.changed, write), removed: strip(sets.removed, write) };
}

function withoutReset(config: KubeObject, { resets }: FieldWrite): KubeObject {
  const kept = Object.entries(config).filter(([field]) => !resets.includes(field));
  return Object.fromEntries(kept) as unknown as KubeObject;
}

/** What a configuration cannot change, whatever it says. */
function identityFields({ metadata }: { metadata: Partial<KubeObject['metadata']> }): Partial<KubeObject['metadata']> {
  const { uid, resourceVersion, creationTimestamp, generation, managedFields } = metadata;
  return {
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
    ...(generation !== undefined && { generation }),
    ...(managedFields !== undefined && { managedFields }),
  };
}

/** The entry without the fields that somebody else has changed now. */
function take(entry: Manager, taken: FieldSet): Manager {
  return { ...entry, fields: difference(entry.fields, taken) };
}

/** An entry keeps its time while its fields stay the same. */
function settled(entry: Manager, known: Manager | undefined): Manager {
  const isUnchanged =
    known !== undefined &&
    known.apiVersion === entry.apiVersion &&
    equalValues(formatFields(known.fields), formatFields(entry.fields));
  return isUnchanged ? known : entry;
}
