import { defineResource } from '#apimachinery/resource.ts';
import type { LocalSubjectAccessReview } from '#gen/authorization/v1.ts';

export const localSubjectAccessReviews = defineResource<LocalSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  scope: 'Namespaced',
  verbs: ['create'],
});
