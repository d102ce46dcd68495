/** What the node's kernel should do with Service traffic; the words between planner and backends. */
export interface ProxyState {
  /** By `id`. A frontend that did not change is the same object as before. */
  readonly frontends: ReadonlyMap<string, Frontend>;
}

export type Protocol = 'tcp' | 'udp' | 'sctp';

/** One address (or every local one) and port that clients dial, and where their connections go. */
export interface Frontend {
  /** `10.96.0.10/udp/53`, `nodeport/tcp/30080` */
  readonly id: string;
  /** `namespace/name:port`, for people. */
  readonly service: string;
  /** Undefined: every address of this node (a NodePort). */
  readonly address: string | undefined;
  readonly protocol: Protocol;
  readonly port: number;
  /** For clients in the cluster, and for all where `outside` is absent. */
  readonly endpoints: readonly Endpoint[];
  /** For clients outside the cluster, where they may only reach this node's own endpoints (policy `Local`). */
  readonly outside?: readonly Endpoint[] | undefined;
  /** Whose source address is replaced by the node's: everyone's, or everyone's but the pods'. */
  readonly masquerade: 'all' | 'not-pods';
  /** Seconds for which a client stays with its endpoint. */
  readonly affinitySeconds?: number | undefined;
  /** With no endpoint to go to: refused, or left to time out (policy `Local`: another node may have one). */
  readonly whenEmpty: 'reject' | 'drop';
  /** Only these source ranges may connect; undefined: all. */
  readonly sourceRanges?: readonly string[] | undefined;
  /** A ClusterIP: ports of it that no Service has are refused as well. */
  readonly isClusterIP: boolean;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Puts a ProxyState into the kernel. */
export interface ProxyBackend extends AsyncDisposable {
  readonly name: string;
  /** Makes the kernel's rules exactly this; all at once, so that no packet sees half of it. */
  sync(state: ProxyState): Promise<void>;
  /** Whether what was put in is still there (somebody may have flushed the firewall); the next sync repairs it. */
  isIntact(): Promise<boolean>;
  /** Removes every rule; established connections of removed frontends end by themselves. */
  cleanup(): Promise<void>;
}
