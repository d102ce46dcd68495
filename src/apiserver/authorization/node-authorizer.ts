import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Container, Pod, Volume } from '#gen/core/v1.ts';
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
  const place = `${asked.group}/${asked.resource}`;
  if (asked.group === '' && READ_BY_GRAPH.has(asked.resource)) return decideByGraph(asked, nodeName, isReachable);
  if (place === 'coordination.k8s.io/leases') return decideLease(asked, nodeName);
  if (place === '/nodes' && !mayTouchNode(asked, nodeName)) {
    return noOpinion(`node '${nodeName}' cannot ${asked.verb} other nodes`);
  }
  if (place === '/pods' && isSinglePodRead(asked)) {
    if (!isReachable(nodeName, `pods/${asked.namespace}/${asked.name}`)) return unrelated(nodeName);
  }
  return NODE_RULES.some((rule) => ruleAllows(rule, asked)) ? ALLOWED : noOpinion('');
}

const unrelated = (nodeName: string) => noOpinion(`no relationship found between node '${nodeName}' and this object`);

const OPEN_NODE_VERBS = new Set(['list', 'watch', 'create']);

const mayTouchNode = ({ verb, name }: AuthorizationAttributes, nodeName: string) =>
  OPEN_NODE_VERBS.has(verb) || name === nodeName;

const isSinglePodRead = ({ verb, subresource, name }: AuthorizationAttributes) =>
  verb === 'get' && subresource === '' && name !== '';

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
  return isReachable(nodeName, key) ? ALLOWED : unrelated(nodeName);
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
  return index;
}

function needsOf(pod: Pod, reader: Reader): string[] {
  const namespace = pod.metadata.namespace ?? '';
  const { spec } = pod;
  const self = `pods/${namespace}/${pod.metadata.name}`;
  if (!spec || pod.metadata.annotations?.['kubernetes.io/config.mirror']) return [self];
  const { serviceAccountName, imagePullSecrets = [], initContainers = [], containers, ephemeralContainers = [] } = spec;
  return [
    self,
    ...named(`serviceaccounts/${namespace}`, serviceAccountName),
    ...imagePullSecrets.flatMap(({ name }) => named(`secrets/${namespace}`, name)),
    ...[...initContainers, ...containers, ...ephemeralContainers].flatMap((one) => containerNeeds(one, namespace)),
    ...(spec.volumes ?? []).flatMap((volume) => [
      ...sourceNeeds(volume, namespace),
      ...claimNeeds(volume, { pod, namespace, reader }),
    ]),
  ];
}

const named = (place: string, name: string | undefined): string[] => (name ? [`${place}/${name}`] : []);

function containerNeeds({ envFrom = [], env = [] }: Pick<Container, 'env' | 'envFrom'>, namespace: string): string[] {
  return [
    ...envFrom.flatMap(({ configMapRef, secretRef }) => [
      ...named(`configmaps/${namespace}`, configMapRef?.name),
      ...named(`secrets/${namespace}`, secretRef?.name),
    ]),
    ...env.flatMap(({ valueFrom }) => [
      ...named(`configmaps/${namespace}`, valueFrom?.configMapKeyRef?.name),
      ...named(`secrets/${namespace}`, valueFrom?.secretKeyRef?.name),
    ]),
  ];
}

function sourceNeeds({ configMap, secret, projected }: Volume, namespace: string): string[] {
  return [
    ...named(`configmaps/${namespace}`, configMap?.name),
    ...named(`secrets/${namespace}`, secret?.secretName),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...named(`configmaps/${namespace}`, source.configMap?.name),
      ...named(`secrets/${namespace}`, source.secret?.name),
    ]),
  ];
}

interface PodPlace {
  readonly pod: Pod;
  readonly namespace: string;
  readonly reader: Reader;
}

function claimNeeds(volume: Volume, { pod, namespace, reader }: PodPlace): string[] {
  const generic = volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : undefined;
  const claimName = volume.persistentVolumeClaim?.claimName ?? generic;
  if (!claimName) return [];
  const claim = reader.get(persistentVolumeClaims, { namespace, name: claimName });
  const volumeName = claim?.spec?.volumeName ?? '';
  return [
    `persistentvolumeclaims/${namespace}/${claimName}`,
    ...named('persistentvolumes', volumeName),
    ...publishSecret(volumeName, { namespace, reader }),
  ];
}

function publishSecret(volumeName: string, { namespace, reader }: Omit<PodPlace, 'pod'>): string[] {
  const volume = reader.get(persistentVolumes, { namespace: '', name: volumeName });
  const secret = volume?.spec?.csi?.nodePublishSecretRef;
  return named(`secrets/${secret?.namespace ?? namespace}`, secret?.name);
}
