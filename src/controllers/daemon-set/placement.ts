/** Which nodes run a daemon pod, and how a pod is tied to its node. Source: kubernetes pkg/controller/daemon. */
import { daemonSets } from '#api/apps/v1/daemon-set.ts';
import { fitsNode } from '#api/node-selector.ts';
import { tolerates } from '#api/tolerations.ts';
import { type Creatable, controllerOf } from '#apimachinery/object.ts';
import type { DaemonSet } from '#gen/apps/v1.ts';
import type { Node, Pod, PodSpec, Toleration } from '#gen/core/v1.ts';
import { controllerReference } from '#reconciler/claims.ts';
import { podFromTemplate } from '#reconciler/pod-from-template.ts';

export const HASH_LABEL = 'controller-revision-hash';

const exists = (key: string, effect: 'NoExecute' | 'NoSchedule'): Toleration => ({ key, operator: 'Exists', effect });

/** What every daemon pod tolerates: a node in trouble needs its daemons most. */
const ALWAYS: readonly Toleration[] = [
  exists('node.kubernetes.io/not-ready', 'NoExecute'),
  exists('node.kubernetes.io/unreachable', 'NoExecute'),
  exists('node.kubernetes.io/disk-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/memory-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/pid-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/unschedulable', 'NoSchedule'),
];
const ON_HOST_NETWORK = exists('node.kubernetes.io/network-unavailable', 'NoSchedule');

/** The pod's own tolerations, with those of every daemon put in or in place. */
export function daemonTolerations({ tolerations = [], hostNetwork }: PodSpec): Toleration[] {
  const added = hostNetwork ? [...ALWAYS, ON_HOST_NETWORK] : ALWAYS;
  const isReplaced = (own: Toleration) =>
    added.some(
      ({ key, effect, operator }) =>
        own.key === key && own.effect === effect && own.operator === operator && !own.value,
    );
  return [...tolerations.filter((own) => !isReplaced(own)), ...added];
}

export interface Suitability {
  /** Whether a pod should be made there. */
  readonly run: boolean;
  /** Whether one that is there may stay. */
  readonly stay: boolean;
}

export function suitability({ spec }: DaemonSet, node: Node): Suitability {
  const template = spec.template.spec;
  const isNamed = !template.nodeName || template.nodeName === node.metadata.name;
  if (!isNamed || !fitsNode(template, node)) return { run: false, stay: false };
  const answers = daemonTolerations(template);
  const open = (node.spec?.taints ?? []).filter((taint) => !answers.some((each) => tolerates(each, taint)));
  return {
    run: !open.some(({ effect }) => effect === 'NoExecute' || effect === 'NoSchedule'),
    stay: !open.some(({ effect }) => effect === 'NoExecute'),
  };
}

/** The node that a daemon pod is on, or is made for. */
export function nodeOf({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields } of required?.nodeSelectorTerms ?? []) {
    const found = matchFields?.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
    if (found?.values?.length === 1) return found.values[0];
  }
  return undefined;
}

/** The pod for one node: the scheduler may bind it to no other. */
export function daemonPod(set: DaemonSet, { node, hash }: { node: string; hash: string }): Creatable<Pod> {
  const { metadata, spec } = podFromTemplate(set, set.spec.template, controllerReference(daemonSets, set));
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [node] }] }];
  return {
    metadata: { ...metadata, labels: { ...metadata.labels, [HASH_LABEL]: hash } },
    spec: {
      ...spec,
      affinity: {
        ...spec.affinity,
        nodeAffinity: {
          ...spec.affinity?.nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
        },
      },
      tolerations: daemonTolerations(spec),
    },
  };
}

export type PodsByNode = ReadonlyMap<string, readonly Pod[]>;

export function byNode(pods: readonly Pod[]): PodsByNode {
  const map = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = nodeOf(pod);
    if (node === undefined || !controllerOf(pod)) continue;
    map.set(node, [...(map.get(node) ?? []), pod]);
  }
  return map;
}
