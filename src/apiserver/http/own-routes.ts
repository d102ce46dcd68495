import { keySet, openIdConfiguration, type ServiceAccountKeys } from '../authentication/service-account-key.ts';
import type { PathRoute } from './path-routes.ts';

/** The issuer's keys, for those who verify service account tokens elsewhere. Source: KEP-1393. */
export function issuerRoutes(
  issuer: string,
  keys: ServiceAccountKeys,
  jwksUri = `${issuer}/openid/v1/jwks`,
): PathRoute {
  const headers = { 'Cache-Control': 'public, max-age=3600' };
  return async (path) => {
    if (path === '/openid/v1/jwks') {
      return { contentType: 'application/jwk-set+json', body: JSON.stringify(keySet(keys)), headers };
    }
    if (path !== '/.well-known/openid-configuration') return undefined;
    const body = JSON.stringify(openIdConfiguration(issuer, keys, jwksUri));
    return { contentType: 'application/json', body, headers };
  };
}
