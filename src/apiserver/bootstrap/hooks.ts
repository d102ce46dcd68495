import { isIPv6 } from 'node:net';
import { endpoints } from '#api/core/v1/endpoints.ts';
import { namespaces } from '#api/core/v1/namespace.ts';
import { services } from '#api/core/v1/service.ts';
import { endpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { priorityClasses } from '#api/scheduling/v1/priority-class.ts';
import type { ApiHandler } from '#apimachinery/request.ts';
import { reconcileRbac } from './rbac.ts';
import { ensureObject } from './reconcile.ts';

export interface BootstrapOptions {
  readonly handler: ApiHandler;
  /** The first address of the service range, `10.96.0.1`. */
  readonly serviceIP: string;
  /** Where pods and nodes reach the API server. */
  readonly addresses: readonly { readonly ip: string; readonly port: number }[];
}

export interface BootstrapHook {
  /** Also the name of its check below `/readyz`. */
  readonly name: string;
  readonly run: (options: BootstrapOptions) => Promise<void>;
}

/** What the server makes at every start, in this order, as system:apiserver. */
export const BOOTSTRAP_HOOKS: readonly BootstrapHook[] = [
  { name: 'poststarthook/start-system-namespaces-controller', run: ensureNamespaces },
  { name: 'poststarthook/rbac/bootstrap-roles', run: ({ handler }) => reconcileRbac(handler) },
  { name: 'poststarthook/scheduling/bootstrap-system-priority-classes', run: ensurePriorityClasses },
  { name: 'poststarthook/start-kubernetes-service-controller', run: ensureKubernetesService },
];

/** Runs all hooks; `done` hears of each that has finished. */
export async function bootstrap(options: BootstrapOptions, done: (name: string) => void = () => {}): Promise<void> {
  for (const hook of BOOTSTRAP_HOOKS) {
    await hook.run(options);
    done(hook.name);
  }
}

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

async function ensureNamespaces({ handler }: BootstrapOptions): Promise<void> {
  await Promise.all(
    NAMESPACES.map((name) => ensureObject(handler, namespaces, { object: { metadata: { name }, spec: {} } })),
  );
}

const PRIORITIES = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

async function ensurePriorityClasses({ handler }: BootstrapOptions): Promise<void> {
  for (const { name, ...rest } of PRIORITIES) {
    await ensureObject(handler, priorityClasses, {
      object: { metadata: { name }, ...rest, preemptionPolicy: 'PreemptLowerPriority' },
    });
  }
}

const LABELS = { component: 'apiserver', provider: 'kubernetes' };
const PLACE = { name: 'kubernetes', namespace: 'default' };
const SLICE_LABELS = { 'kubernetes.io/service-name': 'kubernetes' };

async function ensureKubernetesService({ handler, serviceIP, addresses }: BootstrapOptions): Promise<void> {
  const port = addresses[0]?.port ?? 6443;
  await ensureObject(handler, services, {
    object: {
      metadata: { ...PLACE, labels: LABELS },
      spec: {
        type: 'ClusterIP',
        clusterIP: serviceIP,
        sessionAffinity: 'None',
        ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
      },
    },
  });
  const ips = addresses.map(({ ip }) => ip);
  const ports = [{ name: 'https', port, protocol: 'TCP' as const }];
  // Where no node runs containers, nobody reaches the server by an address of the cluster.
  const subsets = ips.length === 0 ? [] : [{ addresses: ips.map((ip) => ({ ip })), ports }];
  await ensureObject(handler, endpoints, {
    object: { metadata: { ...PLACE, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }, subsets },
    change: (existing) => (sameJson(existing.subsets, subsets) ? undefined : { ...existing, subsets }),
  });
  const slice = {
    endpoints: ips.map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
  await ensureObject(handler, endpointSlices, {
    object: {
      metadata: { ...PLACE, labels: SLICE_LABELS },
      addressType: ips.some((ip) => isIPv6(ip)) ? 'IPv6' : 'IPv4',
      ...slice,
    },
    change: (existing) =>
      sameJson({ endpoints: existing.endpoints, ports: existing.ports }, slice) ? undefined : { ...existing, ...slice },
  });
}

const sameJson = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
