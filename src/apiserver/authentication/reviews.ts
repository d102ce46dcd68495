import type { UserInfo } from '#apimachinery/request.ts';
import type { UserInfo as ReviewedUser, TokenReviewSpec, TokenReviewStatus } from '#gen/authentication/v1.ts';
import type { TokenVerifier } from './service-account-tokens.ts';

/** The status of TokenReview: whose token is it, and for which of the asked audiences? */
export async function reviewToken(
  { token = '', audiences }: TokenReviewSpec,
  tokens: TokenVerifier,
): Promise<TokenReviewStatus> {
  try {
    const asked = audiences && audiences.length > 0 ? audiences : undefined;
    const verified = await tokens.verify(token, asked);
    return { authenticated: true, user: reviewed(verified.user), audiences: [...verified.audiences] };
  } catch (error) {
    return { user: {}, error: `[invalid bearer token, ${(error as Error).message}]` };
  }
}

function reviewed({ name, uid, groups, extra = {} }: UserInfo): ReviewedUser {
  const entries = Object.entries(extra).map(([key, values]): [string, string[]] => [key, [...values]]);
  return {
    username: name,
    ...(uid && { uid }),
    groups: [...groups],
    ...(entries.length > 0 && { extra: Object.fromEntries(entries) }),
  };
}
