import { pods } from '#api/core/v1/pod.ts';
import { serviceAccounts } from '#api/core/v1/service-account.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '#gen/core/v1.ts';
import { generateName } from '../registry/engine/generated-name.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { isAbout, refuse } from './refuse.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour and 7 seconds: the kubelet rotates well before, and old clients that never reload are noticed. */
const TOKEN_SECONDS = 3_607;
const MIRROR = 'kubernetes.io/config.mirror';

/** Gives each pod its service account: the name, a mounted token, and the account's image pull secrets. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  handles: ['CREATE'],
  async admit(request) {
    if (!isAbout(request, pods)) return;
    const pod = request.object as Pod;
    const spec = (pod.spec ??= { containers: [] });
    if (pod.metadata.annotations?.[MIRROR] !== undefined) return refuseMirrored(request, spec);
    spec.serviceAccountName ||= 'default';
    spec.serviceAccount = spec.serviceAccountName;
    if (spec.serviceAccountName === 'default') await defaultAccount(request);
    const account = accountOf(request, spec.serviceAccountName);
    if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec);
    const { imagePullSecrets = [] } = account;
    if (!spec.imagePullSecrets?.length && imagePullSecrets.length > 0) spec.imagePullSecrets = [...imagePullSecrets];
  },
  validate(request) {
    if (!isAbout(request, pods)) return;
    const { metadata, spec } = request.object as Pod;
    if (metadata.annotations?.[MIRROR] !== undefined) return;
    accountOf(request, spec?.serviceAccountName ?? '');
  },
};

/** How long a pod in a new namespace waits for the account that a controller makes there. */
const DEFAULT_ACCOUNT_MS = 1_500;

async function defaultAccount({ reader, namespace }: AdmissionRequest): Promise<void> {
  const isThere = () => reader.get(serviceAccounts, { namespace, name: 'default' }) !== undefined;
  if (isThere()) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(done, DEFAULT_ACCOUNT_MS);
    const forget = reader.onChange(serviceAccounts as unknown as Resource, () => isThere() && done());
  });
}

function refuseMirrored(request: AdmissionRequest, spec: PodSpec): void {
  if (spec.serviceAccountName) throw refuse(request, 'a mirror pod may not reference service accounts');
  if (spec.volumes?.some(({ secret }) => secret)) throw refuse(request, 'a mirror pod may not reference secrets');
  if (spec.volumes?.some(({ projected }) => projected?.sources?.some((source) => source.serviceAccountToken))) {
    throw refuse(request, 'a mirror pod may not use ServiceAccountToken volume projections');
  }
}

function accountOf(request: AdmissionRequest, name: string): ServiceAccount {
  const { namespace } = request;
  const account = request.reader.get(serviceAccounts, { namespace, name });
  if (!account) {
    const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
    throw refuse(request, why);
  }
  return account;
}

function mountToken(spec: PodSpec): void {
  const volumes = spec.volumes ?? [];
  const existing = volumes.find(({ name }) => name.startsWith('kube-api-access-'));
  const name = existing?.name ?? generateName('kube-api-access-');
  let isMounted = false;
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (mount(container, name)) isMounted = true;
  }
  if (isMounted && !existing) spec.volumes = [...volumes, tokenVolume(name)];
}

/** @returns whether the container had nothing at the path yet. */
function mount(container: Container, name: string): boolean {
  const mounts = container.volumeMounts ?? [];
  if (mounts.some(({ mountPath }) => mountPath === MOUNT_PATH)) return false;
  container.volumeMounts = [...mounts, { name, readOnly: true, mountPath: MOUNT_PATH }];
  return true;
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}
