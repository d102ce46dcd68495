import { defineResource } from '#apimachinery/resource.ts';
import type { SubjectAccessReview } from '#gen/authorization/v1.ts';

export const subjectAccessReviews = defineResource<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
});
