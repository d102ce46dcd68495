import { serviceAccounts } from '#api/core/v1/service-account.ts';
import type { TokenRequest } from '#gen/authentication/v1.ts';
import type { ServiceAccountTokenProjection } from '#gen/core/v1.ts';
import { namespaceOf, uidOf } from '../pod/containers.ts';
import type { VolumeContext } from './volume.ts';

interface Token {
  readonly value: string;
  readonly expiresAtMs: number;
  readonly refreshAtMs: number;
}

/** Tokens in use, by pod, audience and lifetime. */
const tokens = new WeakMap<object, Map<string, Token>>();
const DAY_MS = 86_400_000;

/** A token bound to the pod; asked for anew at 80 % of its life or after a day. Source: upstream pkg/kubelet/token. */
export async function serviceAccountToken(
  source: ServiceAccountTokenProjection,
  context: VolumeContext,
): Promise<Token> {
  const { pod, client, nowMs } = context;
  const cache = tokens.get(client) ?? new Map<string, Token>();
  tokens.set(client, cache);
  const { audience, expirationSeconds = 3600 } = source;
  const key = [uidOf(pod), audience ?? '', expirationSeconds].join('/');
  const known = cache.get(key);
  if (known && nowMs < known.refreshAtMs) return known;
  try {
    const fresh = await request(context, source);
    cache.set(key, fresh);
    return fresh;
  } catch (error) {
    if (known && nowMs < known.expiresAtMs) return known;
    throw error;
  }
}

async function request({ pod, client, nowMs }: VolumeContext, source: ServiceAccountTokenProjection): Promise<Token> {
  const { audience, expirationSeconds = 3600 } = source;
  const answer = await client.createSubresource<TokenRequest, TokenRequest>(
    serviceAccounts,
    { namespace: namespaceOf(pod), name: pod.spec.serviceAccountName ?? 'default', subresource: 'token' },
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: {
        audiences: audience ? [audience] : [],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: uidOf(pod) },
      },
    },
  );
  const expiresAtMs = Date.parse(answer.status.expirationTimestamp ?? '');
  const lifeMs = expiresAtMs - nowMs;
  return { value: answer.status.token ?? '', expiresAtMs, refreshAtMs: nowMs + Math.min(DAY_MS, lifeMs * 0.8) };
}

export function forgetTokens(client: object, podUid: string): void {
  const cache = tokens.get(client);
  for (const key of cache?.keys() ?? []) if (key.startsWith(`${podUid}/`)) cache?.delete(key);
}
