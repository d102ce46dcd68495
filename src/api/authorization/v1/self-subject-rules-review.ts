import { defineResource } from '#apimachinery/resource.ts';
import type { SelfSubjectRulesReview } from '#gen/authorization/v1.ts';

export const selfSubjectRulesReviews = defineResource<SelfSubjectRulesReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  scope: 'Cluster',
  verbs: ['create'],
});
