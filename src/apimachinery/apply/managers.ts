import type { ManagedFieldsEntry } from '#gen/meta/v1.ts';
import { type FieldSet, formatFields, isEmpty, parseFields, union } from './field-set.ts';

/** Who owns which fields of an object: the decoded form of `metadata.managedFields`. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339; when its set of fields last changed. */
  readonly time: string;
  readonly fields: FieldSet;
}

type Identity = Omit<Manager, 'time' | 'fields'>;

export const isSame = (a: Identity, b: Identity): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  // One applier has one configuration, whatever version it speaks.
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion);

export function parseManagers(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] {
  return (entries ?? []).map((entry) => ({
    manager: entry.manager ?? '',
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
    time: entry.time ?? '',
    fields: parseFields(entry.fieldsV1),
  }));
}

/** Updates beyond this many are summed up in one entry. Source: fieldmanager.DefaultMaxUpdateManagers. */
const MOST_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

/** Appliers first, then by time and name; those that own nothing are left out. */
export function formatManagers(managers: readonly Manager[]): ManagedFieldsEntry[] {
  const owning = capUpdaters(managers.filter(({ fields }) => !isEmpty(fields)));
  const order = (entry: Manager) =>
    `${entry.operation} ${entry.operation === 'Update' ? entry.time : ''} ${entry.manager} ${entry.apiVersion} ${entry.subresource}`;
  return owning
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .map((entry) => ({
      manager: entry.manager,
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      ...(entry.time && { time: entry.time }),
      fieldsType: 'FieldsV1',
      fieldsV1: formatFields(entry.fields),
      ...(entry.subresource && { subresource: entry.subresource }),
    }));
}

function capUpdaters(managers: readonly Manager[]): Manager[] {
  const updaters = managers.filter(({ operation }) => operation === 'Update');
  if (updaters.length <= MOST_UPDATERS) return [...managers];
  const byAge = updaters.toSorted((a, b) => (a.time < b.time ? -1 : 1));
  const old = byAge.slice(0, updaters.length - MOST_UPDATERS + 1);
  const summed = old.reduce<Manager>(
    (sum, entry) => ({
      ...sum,
      time: entry.time,
      apiVersion: entry.apiVersion,
      fields: union(sum.fields, entry.fields),
    }),
    { manager: ANCIENT, operation: 'Update', apiVersion: '', subresource: '', time: '', fields: parseFields({}) },
  );
  return [...managers.filter((entry) => !old.includes(entry)), summed];
}
