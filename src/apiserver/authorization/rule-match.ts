import type { PolicyRule } from '#gen/rbac/v1.ts';
import type { AuthorizationAttributes } from './authorizer.ts';

/** Whether one rule allows what is asked. Source: upstream plugin/pkg/auth/authorizer/rbac.RuleAllows. */
export function ruleAllows(rule: PolicyRule, asked: AuthorizationAttributes): boolean {
  if (!matches(rule.verbs, asked.verb)) return false;
  if (asked.path !== undefined) return (rule.nonResourceURLs ?? []).some((url) => coversPath(url, asked.path ?? ''));
  return (
    matches(rule.apiGroups ?? [], asked.group) &&
    coversResource(rule.resources ?? [], asked.resource, asked.subresource) &&
    ((rule.resourceNames ?? []).length === 0 || (rule.resourceNames ?? []).includes(asked.name))
  );
}

const matches = (list: readonly string[], word: string) => list.includes('*') || list.includes(word);

/** `*`, `pods`, `pods/log`, and `*` with a subresource, which means the subresource of every resource. */
function coversResource(list: readonly string[], resource: string, subresource: string): boolean {
  if (subresource === '') return matches(list, resource);
  return matches(list, `${resource}/${subresource}`) || list.includes(`*/${subresource}`);
}

/** A star stands for the rest of the path, and only at its end. */
export function coversPath(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1));
}

/** What of `wanted` the `held` rules do not give; each remnant as one small rule. Source: component-helpers auth/rbac/validation.Covers. */
export function missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((part) => !held.some((rule) => covers(rule, part)));
}

/** One rule for each combination of verb, group, resource and name. */
function breakDown(rule: PolicyRule): PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const names = resourceNames.length > 0 ? resourceNames : [undefined];
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((name) => ({
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          ...(name !== undefined && { resourceNames: [name] }),
        })),
      ),
    ),
  );
  const ofPaths = nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [url] })));
  return [...ofResources, ...ofPaths];
}

function covers(rule: PolicyRule, part: PolicyRule): boolean {
  if (!matches(rule.verbs, part.verbs[0] ?? '')) return false;
  const [url] = part.nonResourceURLs ?? [];
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some((pattern) => coversPath(pattern, url));
  return matches(rule.apiGroups ?? [], part.apiGroups?.[0] ?? '') && coversText(rule, part) && coversName(rule, part);
}

/** `*` covers everything, also a word such as `*` with a subresource that a role may itself hold. */
function coversText({ resources = [] }: PolicyRule, part: PolicyRule): boolean {
  const [wanted = ''] = part.resources ?? [];
  const [resource = '', subresource = ''] = wanted.split('/');
  return matches(resources, wanted) || (subresource !== '' && coversResource(resources, resource, subresource));
}

function coversName({ resourceNames = [] }: PolicyRule, part: PolicyRule): boolean {
  const [name] = part.resourceNames ?? [];
  return resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name));
}
