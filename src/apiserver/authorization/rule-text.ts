import type { PolicyRule } from '#gen/rbac/v1.ts';

/**
 * A rule in one line: `<verbs> <groups> <resources> [<names>]`, each a comma-separated list; `core` is the legacy group.
 * `<verbs> <paths>` where the second word begins with `/` or is the only one left. Short forms of verbs: `READ`, `WRITE`.
 */
export function rule(text: string): PolicyRule {
  const [verbs = '', second = '', resources, names] = text.split(' ');
  if (resources === undefined) return { verbs: verbsOf(verbs), nonResourceURLs: second.split(',').sort() };
  return {
    verbs: verbsOf(verbs),
    apiGroups: second.split(',').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(',').sort(),
    ...(names !== undefined && { resourceNames: names.split(',') }),
  };
}

const SHORT: Readonly<Record<string, readonly string[]>> = {
  READ: ['get', 'list', 'watch'],
  WRITE: ['create', 'delete', 'deletecollection', 'patch', 'update'],
};

const verbsOf = (text: string) =>
  text
    .split(',')
    .flatMap((verb) => SHORT[verb] ?? [verb])
    .sort();

export const rules = (...texts: readonly string[]): PolicyRule[] => texts.map(rule);
