import { nodes } from '#api/core/v1/node.ts';
import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Pod, Volume } from '#gen/core/v1.ts';
import type { Reader } from '../reader.ts';
import type { AuthorizationAttributes, Authorizer, Decision } from './authorizer.ts';
import { NODE_RULES } from './node-rules.ts';
import { ruleAllows } from './rule-match.ts';

const NODE_USER = 'system:node:';
const LEASE_NAMESPACE = 'kube-node-lease';

type Index = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Lets a kubelet read what the pods of its node need, and nothing else of the kind. Which node may read what is derived
 * from the pods at the first question after they changed. Source: upstream plugin/pkg/auth/authorizer/node.
 */
export function nodeAuthorizer(reader: Reader): Authorizer {
  let index: Index | undefined;
  const forget = () => {
    index = undefined;
  };
  const sources = [pods, persistentVolumeClaims, persistentVolumes] as readonly unknown[] as readonly Resource[];
  for (const resource of sources) reader.onChange(resource, forget);
  const isReachable = (nodeName: string, what: string) => {
    index ??= indexOf(reader);
    return index.get(nodeName)?.has(what) === true;
  };
  return {
    rulesFor: () => [],
    authorize(asked) {
      const nodeName = nodeNameOf(asked);
      if (nodeName === undefined) return noOpinion('');
      return asked.path === undefined ? decide(asked, nodeName, isReachable) : noOpinion('');
    },
  };
}

function nodeNameOf({ user }: AuthorizationAttributes): string | undefined {
  if (!user.groups.includes('system:nodes') || !user.name.startsWith(NODE_USER)) return undefined;
  return user.name.slice(NODE_USER.length);
}

const noOpinion = (reason: string): Decision => ({ decision: 'noOpinion', reason });
const ALLOWED: Decision = { decision: 'allow', reason: '' };

/** Kinds that are read one by one, and only where a pod of the node points to them. */
const READ_BY_GRAPH = new Set([
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'persistentvolumes',
  'serviceaccounts',
]);

type Reachable = (nodeName: string, what: string) => boolean;

function decide(asked: AuthorizationAttributes, nodeName: string, isReachable: Reachable): Decision {
  const { group, resource, subresource, name, verb } = asked;
  if (group === '' && READ_BY_GRAPH.has(resource)) return decideByGraph(asked, nodeName, isReachable);
  if (group === 'coordination.k8s.io' && resource === 'leases') return decideLease(asked, nodeName);
  if (group === '' && resource === 'nodes' && verb !== 'list' && verb !== 'watch') {
    const isOwn = name === nodeName || (verb === 'create' && name === '');
    if (!isOwn && verb !== 'create') return noOpinion(`node '${nodeName}' cannot ${verb} other nodes`);
  }
  if (group === '' && resource === 'pods' && verb === 'get' && subresource === '' && name !== '') {
    if (!isReachable(nodeName, `pods/${asked.namespace}/${name}`)) {
      return noOpinion(`no relationship found between node '${nodeName}' and this object`);
    }
  }
  return NODE_RULES.some((rule) => ruleAllows(rule, asked)) ? ALLOWED : noOpinion('');
}

function decideByGraph(asked: AuthorizationAttributes, nodeName: string, isReachable: Reachable): Decision {
  const { resource, namespace, name, verb, subresource } = asked;
  const isToken = resource === 'serviceaccounts' && subresource === 'token' && verb === 'create';
  const isStatus =
    resource === 'persistentvolumeclaims' && subresource === 'status' && ['get', 'update', 'patch'].includes(verb);
  if (!isToken && !isStatus) {
    if (!['get', 'list', 'watch'].includes(verb)) return noOpinion('can only read resources of this type');
    if (subresource !== '') return noOpinion('cannot read subresource');
  }
  if (name === '') return noOpinion(`No Object name found`);
  const key = namespace === '' ? `${resource}/${name}` : `${resource}/${namespace}/${name}`;
  return isReachable(nodeName, key)
    ? ALLOWED
    : noOpinion(`no relationship found between node '${nodeName}' and this object`);
}

function decideLease({ verb, namespace, name, subresource }: AuthorizationAttributes, nodeName: string): Decision {
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb)) {
    return noOpinion('can only get, create, update, patch, or delete a node lease');
  }
  if (namespace !== LEASE_NAMESPACE)
    return noOpinion(`can only access leases in the "${LEASE_NAMESPACE}" system namespace`);
  if (subresource !== '') return noOpinion('cannot access lease subresources');
  if (verb !== 'create' && name !== nodeName)
    return noOpinion('can only access node lease with the same name as the requesting node');
  return ALLOWED;
}

/** Node name → `resource/namespace/name` of all that its pods lead to. */
function indexOf(reader: Reader): Index {
  const index = new Map<string, Set<string>>();
  for (const pod of reader.list(pods)) {
    const nodeName = pod.spec?.nodeName;
    if (!nodeName) continue;
    const reached = index.get(nodeName) ?? new Set();
    index.set(nodeName, reached);
    for (const key of needsOf(pod, reader)) reached.add(key);
  }
  for (const node of reader.list(nodes)) {
    const source = (node.spec as { configSource?: { configMap?: { namespace: string; name: string } } } | undefined)
      ?.configSource;
    if (source?.configMap)
      index.get(node.metadata.name)?.add(`configmaps/${source.configMap.namespace}/${source.configMap.name}`);
  }
  return index;
}

function* needsOf(pod: Pod, reader: Reader): Generator<string> {
  const namespace = pod.metadata.namespace ?? '';
  const { spec } = pod;
  yield `pods/${namespace}/${pod.metadata.name}`;
  if (!spec || pod.metadata.annotations?.['kubernetes.io/config.mirror']) return;
  if (spec.serviceAccountName) yield `serviceaccounts/${namespace}/${spec.serviceAccountName}`;
  for (const { name } of spec.imagePullSecrets ?? []) if (name) yield `secrets/${namespace}/${name}`;
  for (const container of [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])]) {
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      if (configMapRef?.name) yield `configmaps/${namespace}/${configMapRef.name}`;
      if (secretRef?.name) yield `secrets/${namespace}/${secretRef.name}`;
    }
    for (const { valueFrom } of container.env ?? []) {
      if (valueFrom?.configMapKeyRef?.name) yield `configmaps/${namespace}/${valueFrom.configMapKeyRef.name}`;
      if (valueFrom?.secretKeyRef?.name) yield `secrets/${namespace}/${valueFrom.secretKeyRef.name}`;
    }
  }
  for (const volume of spec.volumes ?? []) yield* volumeNeeds(volume, pod, reader);
}

function* volumeNeeds(volume: Volume, pod: Pod, reader: Reader): Generator<string> {
  const namespace = pod.metadata.namespace ?? '';
  if (volume.configMap?.name) yield `configmaps/${namespace}/${volume.configMap.name}`;
  if (volume.secret?.secretName) yield `secrets/${namespace}/${volume.secret.secretName}`;
  for (const source of volume.projected?.sources ?? []) {
    if (source.configMap?.name) yield `configmaps/${namespace}/${source.configMap.name}`;
    if (source.secret?.name) yield `secrets/${namespace}/${source.secret.name}`;
  }
  const claimName =
    volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral && `${pod.metadata.name}-${volume.name}`);
  if (!claimName) return;
  yield `persistentvolumeclaims/${namespace}/${claimName}`;
  const claim = reader.get(persistentVolumeClaims, { namespace, name: claimName });
  const volumeName = claim?.spec?.volumeName;
  if (!volumeName) return;
  yield `persistentvolumes/${volumeName}`;
  const secret = reader.get(persistentVolumes, { namespace: '', name: volumeName })?.spec?.csi?.nodePublishSecretRef;
  if (secret?.name) yield `secrets/${secret.namespace ?? namespace}/${secret.name}`;
}
