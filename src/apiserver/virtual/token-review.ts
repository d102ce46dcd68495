import { tokenReviews } from '#api/authentication/v1/token-review.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { badRequest } from '#apimachinery/status.ts';
import type { TokenReview, TokenReviewStatus } from '#gen/authentication/v1.ts';
import { ownedBody } from '../registry/engine/identity.ts';
import type { VirtualResource } from './virtual-resource.ts';

/** Says whose token it is; never throws for one that does not hold. */
export type ReviewToken = (token: string, audiences: readonly string[]) => Promise<TokenReviewStatus>;

export const tokenReview = (review: ReviewToken): VirtualResource => ({
  resource: tokenReviews,
  async serve(call) {
    const sent = ownedBody(call.request, call.resource) as TokenReview;
    const { token = '', audiences = [] } = sent.spec ?? {};
    if (token === '') throw badRequest('token is required for TokenReview in authentication');
    const object = { ...sent, status: await review(token, audiences) } as KubeObject;
    return { kind: 'object', code: 201, object };
  },
});
