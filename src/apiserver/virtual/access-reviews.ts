import { localSubjectAccessReviews } from '#api/authorization/v1/local-subject-access-review.ts';
import { selfSubjectAccessReviews } from '#api/authorization/v1/self-subject-access-review.ts';
import { selfSubjectRulesReviews } from '#api/authorization/v1/self-subject-rules-review.ts';
import { subjectAccessReviews } from '#api/authorization/v1/subject-access-review.ts';
import { type FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiResponse, UserInfo } from '#apimachinery/request.ts';
import { badRequest, invalid } from '#apimachinery/status.ts';
import type {
  NonResourceAttributes,
  ResourceAttributes,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewStatus,
} from '#gen/authorization/v1.ts';
import type { AuthorizationAttributes } from '../authorization/authorizer.ts';
import type { Call } from '../registry/engine/core.ts';
import { ownedBody } from '../registry/engine/identity.ts';
import type { VirtualResource } from './virtual-resource.ts';

type Spec = NonNullable<SubjectAccessReview['spec']>;

/** May this subject do that? */
export const subjectAccess: VirtualResource = {
  resource: subjectAccessReviews,
  serve: async (call) => review(call, (spec) => userOf(spec)),
};

export const localSubjectAccess: VirtualResource = {
  resource: localSubjectAccessReviews,
  serve: async (call) =>
    review(call, (spec) => {
      const asked = spec.resourceAttributes?.namespace ?? '';
      const { namespace } = call.request;
      if (asked !== namespace) {
        throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
      }
      return userOf(spec);
    }),
};

export const selfSubjectAccess: VirtualResource = {
  resource: selfSubjectAccessReviews,
  serve: async (call) => review(call, () => call.request.user),
};

export const selfSubjectRules: VirtualResource = {
  resource: selfSubjectRulesReviews,
  async serve(call) {
    const sent = ownedBody(call.request, call.resource) as SelfSubjectRulesReview;
    const namespace = sent.spec?.namespace ?? '';
    if (namespace === '') throw badRequest('no namespace on request');
    const rules = call.core.authorizer.rulesFor(call.request.user, namespace);
    const resourceRules = rules.flatMap(({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }) =>
      nonResourceURLs
        ? []
        : [
            {
              verbs: [...verbs],
              ...(apiGroups && { apiGroups: [...apiGroups] }),
              ...(resources && { resources: [...resources] }),
              ...(resourceNames && { resourceNames: [...resourceNames] }),
            },
          ],
    );
    const nonResourceRules = rules.flatMap(({ verbs, nonResourceURLs }) =>
      nonResourceURLs ? [{ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] }] : [],
    );
    const status = { resourceRules, nonResourceRules, incomplete: false };
    return { kind: 'object', code: 201, object: { ...sent, spec: {}, status } as KubeObject };
  },
};

function review(call: Call, whose: (spec: Spec) => UserInfo): ApiResponse {
  const sent = ownedBody(call.request, call.resource) as SubjectAccessReview;
  const spec = sent.spec ?? {};
  const isSelf = call.resource.plural === 'selfsubjectaccessreviews';
  const errors = specErrors(spec, isSelf);
  if (errors.length > 0) throw invalid(call.resource, '', errors);
  const { decision, reason } = call.core.authorizer.authorize(attributesOf(spec, whose(spec)));
  const status: SubjectAccessReviewStatus = {
    allowed: decision === 'allow',
    ...(decision === 'deny' && { denied: true }),
    ...(reason && { reason }),
  };
  return { kind: 'object', code: 201, object: { ...sent, status } as KubeObject };
}

function specErrors(
  { resourceAttributes, nonResourceAttributes, user, groups = [] }: Spec,
  isSelf: boolean,
): FieldError[] {
  const path = new FieldPath('spec.resourceAttributes');
  const errors: FieldError[] = [];
  if (resourceAttributes && nonResourceAttributes) {
    const why = 'cannot be specified in combination with resourceAttributes';
    errors.push(new FieldPath('spec.nonResourceAttributes').invalid(nonResourceAttributes, why));
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(path.invalid(null, why));
  }
  if (!isSelf && !user && groups.length === 0) {
    errors.push(new FieldPath('spec.user').invalid('', 'at least one of user or group must be specified'));
  }
  return errors;
}

function userOf({ user = '', groups = [], uid, extra }: Spec): UserInfo {
  return { name: user, groups, ...(uid && { uid }), ...(extra && { extra }) };
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: Spec, user: UserInfo): AuthorizationAttributes {
  return resourceAttributes ? resourceQuestion(resourceAttributes, user) : pathQuestion(nonResourceAttributes, user);
}

function resourceQuestion(asked: ResourceAttributes, user: UserInfo): AuthorizationAttributes {
  const { verb = '', group = '', version = '', resource = '', subresource = '', namespace = '', name = '' } = asked;
  return { user, verb, group, version, resource, subresource, namespace, name };
}

function pathQuestion(asked: NonResourceAttributes | undefined, user: UserInfo): AuthorizationAttributes {
  const { verb = '', path = '' } = asked ?? {};
  return { user, verb, path, group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };
}
