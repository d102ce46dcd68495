import { localSubjectAccessReviews } from '#api/authorization/v1/local-subject-access-review.ts';
import { selfSubjectAccessReviews } from '#api/authorization/v1/self-subject-access-review.ts';
import { selfSubjectRulesReviews } from '#api/authorization/v1/self-subject-rules-review.ts';
import { subjectAccessReviews } from '#api/authorization/v1/subject-access-review.ts';
import { type FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiResponse } from '#apimachinery/request.ts';
import { badRequest, invalid } from '#apimachinery/status.ts';
import type { SelfSubjectRulesReview, SubjectAccessReview, SubjectAccessReviewStatus } from '#gen/authorization/v1.ts';
import { reviewAccess, reviewOwnAccess, reviewOwnRules } from '../authorization/reviews.ts';
import type { Call } from '../registry/engine/core.ts';
import { ownedBody } from '../registry/engine/identity.ts';
import type { VirtualResource } from './virtual-resource.ts';

type Spec = NonNullable<SubjectAccessReview['spec']>;

/** May this subject do that? */
export const subjectAccess: VirtualResource = {
  resource: subjectAccessReviews,
  serve: async (call) =>
    review(call, {
      validate: (spec) => [...attributeErrors(spec), ...subjectErrors(spec)],
      decide: (spec) => reviewAccess(spec, call.core.authorizer),
    }),
};

export const localSubjectAccess: VirtualResource = {
  resource: localSubjectAccessReviews,
  serve: async (call) =>
    review(call, {
      validate: (spec) => [...attributeErrors(spec), ...subjectErrors(spec), ...localErrors(spec, call)],
      decide: (spec) => reviewAccess(spec, call.core.authorizer),
    }),
};

export const selfSubjectAccess: VirtualResource = {
  resource: selfSubjectAccessReviews,
  serve: async (call) =>
    review(call, {
      validate: attributeErrors,
      decide: (spec) => reviewOwnAccess(spec, call.request.user, call.core.authorizer),
    }),
};

export const selfSubjectRules: VirtualResource = {
  resource: selfSubjectRulesReviews,
  async serve(call) {
    const sent = ownedBody(call.request, call.resource) as SelfSubjectRulesReview;
    if (!sent.spec?.namespace) throw badRequest('no namespace on request');
    const status = reviewOwnRules(sent.spec, call.request.user, call.core.authorizer);
    return { kind: 'object', code: 201, object: { ...sent, spec: {}, status } as KubeObject };
  },
};

interface Review {
  readonly validate: (spec: Spec) => FieldError[];
  readonly decide: (spec: Spec) => SubjectAccessReviewStatus;
}

function review(call: Call, { validate, decide }: Review): ApiResponse {
  const sent = ownedBody(call.request, call.resource) as SubjectAccessReview;
  const spec = sent.spec ?? {};
  const errors = validate(spec);
  if (errors.length > 0) throw invalid(call.resource, '', errors);
  return { kind: 'object', code: 201, object: { ...sent, status: decide(spec) } as KubeObject };
}

const SPEC = new FieldPath('spec');

function attributeErrors({ resourceAttributes, nonResourceAttributes }: Spec): FieldError[] {
  if (resourceAttributes && nonResourceAttributes) {
    const why = 'cannot be specified in combination with resourceAttributes';
    return [SPEC.child('nonResourceAttributes').invalid(nonResourceAttributes, why)];
  }
  if (resourceAttributes || nonResourceAttributes) return [];
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [SPEC.child('resourceAttributes').invalid(null, why)];
}

function subjectErrors({ user, groups = [] }: Spec): FieldError[] {
  if (user || groups.length > 0) return [];
  return [SPEC.child('user').invalid('', 'at least one of user or group must be specified')];
}

/** Who may ask about one namespace asks about that alone. */
function localErrors({ resourceAttributes, nonResourceAttributes }: Spec, { request }: Call): FieldError[] {
  const asked = resourceAttributes?.namespace ?? '';
  const errors: FieldError[] = [];
  if (resourceAttributes && asked !== request.namespace) {
    const path = SPEC.child('resourceAttributes', 'namespace');
    errors.push(path.invalid(asked, 'must match metadata.namespace'));
  }
  if (nonResourceAttributes) {
    const path = SPEC.child('nonResourceAttributes');
    errors.push(path.invalid(nonResourceAttributes, 'disallowed on this kind of request'));
  }
  return errors;
}
