import type { Subject } from '#gen/rbac/v1.ts';

/** Names of the subjects of one kind, service accounts as `namespace/name`. */
export function subjectsCell(subjects: readonly Subject[] | undefined, kind: string): string {
  return (subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');
}
