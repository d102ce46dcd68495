/** Makes bound service account tokens. Source: KEP-1205 (TokenRequest), RFC 7519. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly defaultAudiences: readonly string[];
  issue(request: TokenClaims): Promise<{ token: string; expirationTimestamp: string }>;
}

export interface TokenClaims {
  readonly namespace: string;
  readonly serviceAccount: { readonly name: string; readonly uid: string };
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly boundPod?: { readonly name: string; readonly uid: string } | undefined;
  readonly boundSecret?: { readonly name: string; readonly uid: string } | undefined;
  readonly boundNode?: { readonly name: string; readonly uid: string } | undefined;
}
