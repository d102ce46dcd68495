import type { UserInfo } from '#apimachinery/request.ts';
import type {
  NonResourceAttributes,
  ResourceAttributes,
  SelfSubjectAccessReviewSpec,
  SelfSubjectRulesReviewSpec,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
  SubjectRulesReviewStatus,
} from '#gen/authorization/v1.ts';
import type { AuthorizationAttributes, Authorizer } from './authorizer.ts';

/** The status of SubjectAccessReview and LocalSubjectAccessReview: may the user of the spec do it? */
export function reviewAccess(spec: SubjectAccessReviewSpec, authorizer: Authorizer): SubjectAccessReviewStatus {
  const { user = '', groups = [], uid, extra } = spec;
  return decide(spec, { name: user, groups, ...(uid && { uid }), ...(extra && { extra }) }, authorizer);
}

/** The status of SelfSubjectAccessReview: may the caller do it? */
export function reviewOwnAccess(
  spec: SelfSubjectAccessReviewSpec,
  user: UserInfo,
  authorizer: Authorizer,
): SubjectAccessReviewStatus {
  return decide(spec, user, authorizer);
}

interface Asked {
  readonly resourceAttributes?: ResourceAttributes | undefined;
  readonly nonResourceAttributes?: NonResourceAttributes | undefined;
}

function decide(asked: Asked, user: UserInfo, authorizer: Authorizer): SubjectAccessReviewStatus {
  const { decision, reason } = authorizer.authorize(attributesOf(asked, user));
  return {
    allowed: decision === 'allow',
    ...(decision === 'deny' && { denied: true }),
    ...(reason && { reason }),
  };
}

const NOTHING = { verb: '', group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };

function attributesOf({ resourceAttributes, nonResourceAttributes }: Asked, user: UserInfo): AuthorizationAttributes {
  if (nonResourceAttributes) {
    const { verb = '', path = '' } = nonResourceAttributes;
    return { user, ...NOTHING, verb, path };
  }
  const { fieldSelector: _fields, labelSelector: _labels, ...given } = resourceAttributes ?? {};
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { user, ...NOTHING, ...said };
}

/** The status of SelfSubjectRulesReview. */
export function reviewOwnRules(
  spec: SelfSubjectRulesReviewSpec,
  user: UserInfo,
  authorizer: Authorizer,
): SubjectRulesReviewStatus {
  const rules = authorizer.rulesFor(user, spec.namespace ?? '');
  const isNode = user.groups.includes('system:nodes');
  return {
    resourceRules: rules
      .filter((rule) => (rule.resources ?? []).length > 0)
      .map(({ verbs, apiGroups = [], resources = [], resourceNames = [] }) => ({
        verbs: [...verbs],
        apiGroups: [...apiGroups],
        resources: [...resources],
        ...(resourceNames.length > 0 && { resourceNames: [...resourceNames] }),
      })),
    nonResourceRules: rules
      .filter((rule) => (rule.nonResourceURLs ?? []).length > 0)
      .map(({ verbs, nonResourceURLs = [] }) => ({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] })),
    // What the Node authorizer allows follows from pods, and cannot be said in rules.
    incomplete: isNode,
    ...(isNode && { evaluationError: 'node authorizer does not support user rule resolution' }),
  };
}
