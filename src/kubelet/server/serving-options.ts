/** Where and how the kubelet's server listens. */
export interface ServingOptions {
  readonly address?: string | undefined;
  /** 0 picks a free one. */
  readonly port?: number | undefined;
  readonly tls?: { readonly key: string; readonly cert: string; readonly clientCA: string } | undefined;
  /** A Unix socket for callers on the same machine, without TLS. */
  readonly socketPath?: string | undefined;
}
