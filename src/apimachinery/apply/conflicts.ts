import { failure } from '../status.ts';
import { type FieldSet, intersection, pathsOf } from './field-set.ts';
import type { Manager } from './managers.ts';

/** @throws {StatusError} 409 when one of the managers owns a field that would change. Source: merge.Conflicts.Error, internal.NewConflictError. */
export function conflictsWith(managers: readonly Manager[], changed: FieldSet): void {
  const conflicts = managers
    .map((manager) => ({ who: describe(manager), fields: [...pathsOf(intersection(manager.fields, changed))] }))
    .filter(({ fields }) => fields.length > 0)
    .sort((a, b) => (a.who < b.who ? -1 : 1));
  const all = conflicts.flatMap(({ who, fields }) => fields.map((field) => ({ who, field })));
  if (all.length === 0) return;
  throw failure({
    code: 409,
    reason: 'Conflict',
    message: `Apply failed with ${all.length} conflict${all.length === 1 ? '' : 's'}: ${sentence(conflicts)}`,
    details: {
      causes: all.map(({ who, field }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })),
    },
  });
}

const describe = ({ manager, operation, apiVersion, subresource, time }: Manager): string => {
  const through = subresource ? ` with subresource "${subresource}"` : '';
  const since = operation === 'Update' && time ? ` at ${time}` : '';
  return `${JSON.stringify(manager)}${through} using ${apiVersion}${since}`;
};

function sentence(conflicts: readonly { who: string; fields: readonly string[] }[]): string {
  return conflicts
    .map(({ who, fields }) =>
      fields.length === 1
        ? `conflict with ${who}: ${fields[0]}`
        : `conflicts with ${who}:\n${fields.map((field) => `- ${field}`).join('\n')}`,
    )
    .join('\n');
}
