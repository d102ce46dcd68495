import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from '#client/event-recorder.ts';
import type { Informer, InformerSet } from '#client/informer.ts';
import type { CertificateSigningRequest } from '#gen/certificates/v1.ts';
import type { ResourceQuota } from '#gen/core/v1.ts';

/**
 * A level-based control loop. It is handed a key, never an event: it reads the world, decides by a pure plan, and
 * writes the difference. Returning nothing waits for news; `{ requeueAfterMs }` looks again then; a throw backs off
 * and tries again; `TerminalError` gives up until the next change.
 */
export interface Controller {
  /** Upstream's name, such as `replicaset-controller`: also the service account it acts as. */
  readonly name: string;
  readonly watches: readonly Watch[];
  reconcile(request: ReconcileRequest): Promise<ReconcileResult>;
  /** Keys reconciled at once; default 5. */
  readonly workers?: number;
  /** Called once before the first reconcile, after all informers have synced; may start timers bound to `signal`. */
  start?(enqueue: (key: string) => void, signal: AbortSignal): void;
}

export interface Watch {
  readonly resource: Resource;
  /** Keys to reconcile when the object changed; see `mappings.ts` for the usual ones. */
  readonly keysFor: (object: KubeObject, previous: KubeObject | undefined) => readonly string[];
}

export interface ReconcileRequest {
  readonly key: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export type ReconcileResult = { readonly requeueAfterMs: number } | undefined | void;

/** What a controller is given. */
export interface ControllerDeps {
  /** Acts under the controller's own service account. */
  readonly client: Client;
  readonly informers: InformerSet;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly options: ControllerOptions;
}

export interface ControllerOptions {
  readonly clusterName: string;
  /** `10.244.0.0/16` */
  readonly clusterCIDR: string;
  /** Prefix length of each node's share; default 24. */
  readonly nodeCIDRMaskSize: number;
  /** PEM of the cluster's CA, published as `kube-root-ca.crt`. */
  readonly rootCaPem: string;
  /** The grace that an unreachable node gets before it is NotReady; default 40 s (upstream 1.36: 50 s). */
  readonly nodeMonitorGraceMs: number;
  /** How objects count against quotas: the same reckoning that admission uses. Without it no quota's status is kept. */
  readonly quota?: QuotaReckoning | undefined;
  /** Signs a certificate request (PEM) as the cluster's CA; resolves with the certificate as PEM. Without it nothing is signed. */
  readonly signer?: ((csrPem: string, request: CertificateSigningRequest) => Promise<string>) | undefined;
}

export interface QuotaReckoning {
  /** What one object counts, by the names that quotas use: `pods`, `requests.cpu`, `count/jobs.batch`. */
  usage(resource: Pick<Resource, 'group' | 'plural'>, object: KubeObject): Readonly<Record<string, string>>;
  /** Whether the quota's scopes cover the object. */
  inScope(quota: ResourceQuota, resource: Pick<Resource, 'group' | 'plural'>, object: KubeObject): boolean;
}

export type ControllerFactory = (deps: ControllerDeps) => Controller;
export type { Informer };
