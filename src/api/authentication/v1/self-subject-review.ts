import { defineResource } from '#apimachinery/resource.ts';
import type { SelfSubjectReview } from '#gen/authentication/v1.ts';

export const selfSubjectReviews = defineResource<SelfSubjectReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  scope: 'Cluster',
  verbs: ['create'],
});
