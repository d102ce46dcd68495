import { defineResource } from '#apimachinery/resource.ts';
import type { SelfSubjectAccessReview } from '#gen/authorization/v1.ts';

export const selfSubjectAccessReviews = defineResource<SelfSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
});
