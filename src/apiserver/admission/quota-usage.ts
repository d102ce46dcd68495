import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import { services } from '#api/core/v1/service.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { groupResourceOf, type Resource } from '#apimachinery/resource.ts';
import type { PersistentVolumeClaim, Pod, ResourceQuota, Service } from '#gen/core/v1.ts';
import { podUsage } from './pod-usage.ts';

type Named = Pick<Resource, 'group' | 'plural'>;
type Amounts = Record<string, string>;

const is = (resource: Named, other: Named) => resource.group === other.group && resource.plural === other.plural;

/** Core kinds that have counted under their bare name since before `count/`. */
const BARE = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);

/** What one object counts against quotas. Source: pkg/quota/v1/evaluator/core. */
export function quotaUsage(resource: Named, object: KubeObject): Amounts {
  if (is(resource, pods) && isOver(object as Pod)) return { 'count/pods': '1' };
  const name = groupResourceOf(resource);
  const amounts: Amounts = { [`count/${name}`]: '1', ...(BARE.has(name) && { [name]: '1' }) };
  if (is(resource, pods)) Object.assign(amounts, ofPod(object as Pod));
  if (is(resource, services)) Object.assign(amounts, ofService(object as Service));
  if (is(resource, persistentVolumeClaims)) Object.assign(amounts, ofClaim(object as PersistentVolumeClaim));
  return amounts;
}

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

const PLAIN = new Set(['cpu', 'memory', 'ephemeral-storage']);

function ofPod(pod: Pod): Amounts {
  const { requests, limits } = podUsage(pod);
  const amounts: Amounts = {};
  for (const [name, value] of Object.entries(requests)) {
    if (PLAIN.has(name) || name.startsWith('hugepages-')) amounts[name] = value;
    amounts[`requests.${name}`] = value;
  }
  for (const [name, value] of Object.entries(limits)) if (PLAIN.has(name)) amounts[`limits.${name}`] = value;
  return amounts;
}

function ofService({ spec }: Service): Amounts {
  const ports = spec?.ports?.length ?? 0;
  const isBalanced = spec?.type === 'LoadBalancer';
  const allocated = spec?.ports?.filter(({ nodePort }) => nodePort).length ?? 0;
  const nodePorts = isBalanced && spec?.allocateLoadBalancerNodePorts === false ? allocated : ports;
  return {
    'services.nodeports': String(spec?.type === 'NodePort' || isBalanced ? nodePorts : 0),
    'services.loadbalancers': isBalanced ? '1' : '0',
  };
}

function ofClaim({ spec }: PersistentVolumeClaim): Amounts {
  const storage = spec?.resources?.requests?.['storage'];
  const storageClass = spec?.storageClassName;
  const prefix = storageClass ? `${storageClass}.storageclass.storage.k8s.io/` : '';
  return {
    ...(storage && { 'requests.storage': storage }),
    ...(storage && prefix && { [`${prefix}requests.storage`]: storage }),
    ...(prefix && { [`${prefix}persistentvolumeclaims`]: '1' }),
  };
}

/** Whether the quota is about such an object at all. */
export function inScope({ spec }: ResourceQuota, resource: Named, object: KubeObject): boolean {
  const scopes = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists', values: [] as string[] }));
  const selected = (spec?.scopeSelector?.matchExpressions ?? []).map(({ values = [], ...rest }) => ({
    ...rest,
    values: [...values],
  }));
  const all = [...scopes, ...selected];
  if (all.length === 0) return true;
  if (!is(resource, pods)) return false;
  return all.every((scope) => matchesScope(scope, object as Pod));
}

interface Scope {
  scopeName: string;
  operator: string;
  values: readonly string[];
}

function matchesScope({ scopeName, operator, values }: Scope, pod: Pod): boolean {
  const isEnding = pod.spec?.activeDeadlineSeconds !== undefined;
  const { requests, limits } = podUsage(pod);
  const isBestEffort = [requests, limits].every(
    (amounts) => amounts['cpu'] === undefined && amounts['memory'] === undefined,
  );
  const facts: Readonly<Record<string, boolean>> = {
    Terminating: isEnding,
    NotTerminating: !isEnding,
    BestEffort: isBestEffort,
    NotBestEffort: !isBestEffort,
  };
  if (scopeName !== 'PriorityClass') return facts[scopeName] ?? false;
  const name = pod.spec?.priorityClassName ?? '';
  if (operator === 'Exists') return name !== '';
  if (operator === 'DoesNotExist') return name === '';
  return values.includes(name) === (operator === 'In');
}
