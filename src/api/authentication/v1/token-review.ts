import { defineResource } from '#apimachinery/resource.ts';
import type { TokenReview } from '#gen/authentication/v1.ts';

export const tokenReviews = defineResource<TokenReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  scope: 'Cluster',
  verbs: ['create'],
});
