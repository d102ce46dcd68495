import type { Duplex } from 'node:stream';
import type { Logger } from '#base/log.ts';

/**
 * What the kubelet asks of a container runtime: the CRI's words (`podSandbox`, `container`, `image`), split by concern.
 * Every runtime passes `runtime.contract.ts`. Calls are idempotent where the CRI says so: stopping or removing what is
 * gone succeeds.
 */
export interface ContainerRuntime extends AsyncDisposable {
  readonly name: string;
  readonly sandboxes: SandboxService;
  readonly containers: ContainerService;
  readonly images: ImageService;
  readonly streams: StreamService;
  version(): Promise<{ runtimeName: string; runtimeVersion: string }>;
  /** Runtime conditions `RuntimeReady` and `NetworkReady`. */
  status(): Promise<readonly RuntimeCondition[]>;
  /** One entry whenever a sandbox or container of the pod changed state; may report too much, never too little for long. */
  events(signal: AbortSignal): AsyncIterable<{ podUid: string }>;
}

export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface SandboxService {
  /** Creates and starts; the pod's network is up when it resolves. @returns the sandbox's id. */
  run(config: SandboxConfig): Promise<string>;
  stop(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  status(id: string): Promise<SandboxStatus | undefined>;
  list(): Promise<readonly Sandbox[]>;
}

export interface PodRef {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

export interface SandboxConfig {
  readonly pod: PodRef;
  readonly attempt: number;
  readonly hostname: string;
  /** `/var/log/pods/<namespace>_<name>_<uid>` below the kubelet's root. */
  readonly logDirectory: string;
  readonly dns?: { servers: readonly string[]; searches: readonly string[]; options: readonly string[] } | undefined;
  readonly portMappings: readonly PortMapping[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** `/kubepods/burstable/pod<uid>` */
  readonly cgroupParent: string;
  readonly namespaces: Namespaces;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly security: SecurityContext;
  /** RuntimeClass handler; empty for the default. */
  readonly runtimeHandler?: string | undefined;
}

export interface Namespaces {
  readonly network: 'POD' | 'NODE';
  readonly pid: 'POD' | 'CONTAINER' | 'NODE';
  readonly ipc: 'POD' | 'NODE';
}

export interface PortMapping {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIP: string;
}

export interface SecurityContext {
  readonly privileged: boolean;
  readonly runAsUser?: number | undefined;
  readonly runAsUsername?: string | undefined;
  readonly runAsGroup?: number | undefined;
  readonly supplementalGroups: readonly number[];
  readonly readonlyRootfs: boolean;
  readonly noNewPrivs: boolean;
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly seccomp: { type: 'RuntimeDefault' | 'Unconfined' } | { type: 'Localhost'; path: string };
  readonly maskedPaths?: readonly string[] | undefined;
  readonly readonlyPaths?: readonly string[] | undefined;
}

export interface Sandbox {
  readonly id: string;
  readonly pod: PodRef;
  readonly attempt: number;
  readonly isReady: boolean;
  readonly createdAtMs: number;
}

export interface SandboxStatus extends Sandbox {
  /** The pod's addresses, the primary first; empty for host network. */
  readonly ips: readonly string[];
}

export interface ContainerService {
  create(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string>;
  start(id: string): Promise<void>;
  /** SIGTERM (or the image's stop signal), then SIGKILL after the grace. Resolves when it has exited. */
  stop(id: string, graceSeconds: number): Promise<void>;
  remove(id: string): Promise<void>;
  list(): Promise<readonly Container[]>;
  status(id: string): Promise<ContainerStatus | undefined>;
  updateResources(id: string, resources: ContainerResources): Promise<void>;
  execSync(id: string, command: readonly string[], timeoutSeconds: number): Promise<ExecResult>;
  reopenLog(id: string): Promise<void>;
  /** Usage of all containers, of one call; cumulative CPU, so that rates are the caller's. */
  stats(): Promise<readonly ContainerStats[]>;
}

export interface ContainerConfig {
  readonly name: string;
  /** Restart count. */
  readonly attempt: number;
  /** What `images` resolved the image to. */
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly envs: readonly { key: string; value: string }[];
  readonly mounts: readonly Mount[];
  readonly devices: readonly { containerPath: string; hostPath: string; permissions: string }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Relative to the sandbox's log directory: `<container>/<attempt>.log`. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: ContainerResources;
  readonly security: SecurityContext;
  readonly namespaces: Namespaces & { readonly targetContainerId?: string };
}

export interface ContainerResources {
  readonly cpuShares?: number | undefined;
  readonly cpuQuota?: number | undefined;
  readonly cpuPeriod?: number | undefined;
  readonly memoryLimitBytes?: number | undefined;
  readonly oomScoreAdj?: number | undefined;
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly: boolean;
  readonly propagation: 'PRIVATE' | 'HOST_TO_CONTAINER' | 'BIDIRECTIONAL';
}

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly sandboxId: string;
  readonly podUid: string;
  readonly state: ContainerState;
  readonly createdAtMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export type ContainerState = 'created' | 'running' | 'exited' | 'unknown';

export interface ContainerStatus extends Container {
  /** The image as asked for, and the digest reference that it resolved to. */
  readonly image: string;
  readonly imageRef: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  /** `OOMKilled`, `Completed`, `Error`, `ContainerCannotRun` …; only meaningful once exited. */
  readonly reason: string;
  readonly message: string;
  /** Absolute path of the CRI log. */
  readonly logPath: string;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface ContainerStats {
  readonly containerId: string;
  readonly podUid: string;
  readonly name: string;
  readonly timestampMs: number;
  readonly cpuUsageNanos: number;
  readonly memoryWorkingSetBytes: number;
  readonly memoryUsageBytes: number;
  readonly memoryRssBytes: number;
  readonly writableLayerBytes: number;
  readonly writableLayerInodes: number;
}

export interface Image {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
  /** The image's user, numeric or by name; both empty for root. */
  readonly uid?: number | undefined;
  readonly username?: string | undefined;
}

export interface ImageService {
  /** The image, where it is present. */
  status(image: string): Promise<Image | undefined>;
  list(): Promise<readonly Image[]>;
  /** @returns the reference to run. @throws {ImagePullFailed} with the registry's reason. */
  pull(image: string, auth?: RegistryAuth): Promise<string>;
  remove(image: string): Promise<void>;
  /** Takes in every image of an OCI or docker-archive tar file. @returns the names. */
  importArchive(file: string, name?: string): Promise<readonly string[]>;
  fsInfo(): Promise<{ usedBytes: number; inodesUsed: number; mountpoint: string }>;
}

export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
}

/** Interactive streams, as plain Node streams: the SPDY and WebSocket protocols belong to `kubelet/streaming`. */
export interface StreamService {
  exec(containerId: string, request: ExecRequest): Promise<ProcessStreams>;
  attach(containerId: string, request: Omit<ExecRequest, 'command'>): Promise<ProcessStreams>;
  /** A connection to `port` on the pod's loopback. */
  portForward(sandboxId: string, port: number): Promise<Duplex>;
}

export interface ExecRequest {
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface ProcessStreams extends AsyncDisposable {
  readonly stdin: NodeJS.WritableStream | undefined;
  readonly stdout: NodeJS.ReadableStream | undefined;
  readonly stderr: NodeJS.ReadableStream | undefined;
  resize(size: { width: number; height: number }): Promise<void>;
  /** The exit code, after both outputs ended. */
  readonly exited: Promise<number>;
}

export interface RuntimeDeps {
  readonly log: Logger;
}
