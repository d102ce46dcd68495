/** CRI messages as they come off the wire, as far as the driver reads them. Source: cri-api runtime/v1 api.proto. */
export interface PodSandboxMessage {
  readonly id: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly namespace: string;
    readonly attempt: number;
  };
  readonly state: 'SANDBOX_READY' | 'SANDBOX_NOTREADY';
  /** Nanoseconds since the epoch. */
  readonly createdAt: number;
  readonly network?: { readonly ip: string; readonly additionalIps: readonly { readonly ip: string }[] } | null;
}

export interface ContainerMessage {
  readonly id: string;
  readonly podSandboxId: string;
  readonly metadata: { readonly name: string; readonly attempt: number };
  readonly state: 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED' | 'CONTAINER_UNKNOWN';
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerStatusMessage extends Omit<ContainerMessage, 'podSandboxId'> {
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly image: { readonly image: string } | null;
  readonly imageRef: string;
  readonly reason: string;
  readonly message: string;
  readonly logPath: string;
}

export interface ContainerStatusResponse {
  readonly status: ContainerStatusMessage;
  readonly info: Readonly<Record<string, string>>;
}

interface Wrapped {
  readonly value: number;
}

export interface ContainerStatsMessage {
  readonly attributes: {
    readonly id: string;
    readonly metadata: { readonly name: string };
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly cpu: { readonly timestamp: number; readonly usageCoreNanoSeconds: Wrapped | null } | null;
  readonly memory: {
    readonly workingSetBytes: Wrapped | null;
    readonly usageBytes: Wrapped | null;
    readonly rssBytes: Wrapped | null;
  } | null;
  readonly writableLayer: { readonly usedBytes: Wrapped | null; readonly inodesUsed: Wrapped | null } | null;
}

export interface ImageMessage {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly size: number;
  readonly uid: Wrapped | null;
  readonly username: string;
}

export interface FilesystemUsageMessage {
  readonly fsId: { readonly mountpoint: string } | null;
  readonly usedBytes: Wrapped | null;
  readonly inodesUsed: Wrapped | null;
}
