import { fitsNode } from '#api/node-selector.ts';
import { isTolerated } from '#api/tolerations.ts';
import type { Container, Node, Pod } from '#gen/core/v1.ts';
import { isSidecar } from '../pod/containers.ts';
import { milliValue, wholeValue } from '../pod/quantity.ts';
import { resourceTotal } from '../pod/resources.ts';

/** Why a pod may not run here; the pod fails with it. */
export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

export interface AdmissionInput {
  readonly pod: Pod;
  /** The pods that already run here and have not ended. */
  readonly others: readonly Pod[];
  readonly node: Node;
}

/** The node's last word on a pod that was bound to it, whoever bound it. Source: upstream pkg/kubelet/lifecycle/predicate.go. */
export function rejectionOf(input: AdmissionInput): Rejection | undefined {
  return wrongSystem(input) ?? lacking(input) ?? misplaced(input);
}

function wrongSystem({ pod, node }: AdmissionInput): Rejection | undefined {
  const wanted = pod.metadata.labels?.['kubernetes.io/os'];
  if (wanted !== undefined && wanted !== 'linux')
    return {
      reason: 'PodOSSelectorNodeLabelDoesNotMatch',
      message: "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
    };
  if (pod.spec.os && pod.spec.os.name !== 'linux')
    return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
  const isStrict = pod.spec.securityContext?.supplementalGroupsPolicy === 'Strict';
  if (isStrict && node.status?.features?.supplementalGroupsPolicy !== true)
    return {
      reason: 'SupplementalGroupsPolicyNotSupported',
      message: 'SupplementalGroupsPolicy=Strict is not supported in this node',
    };
  return undefined;
}

const outOf = (name: string, requested: number, used: number, capacity: number): Rejection | undefined =>
  requested > capacity - used
    ? {
        reason: `OutOf${name}`,
        message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
      }
    : undefined;

const inUnits = (name: string, quantity: string | undefined): number =>
  name === 'cpu' ? milliValue(quantity) : wholeValue(quantity);

const requestOf = (pod: Pod, name: string): number =>
  resourceTotal(pod, ({ requests } = {}) => inUnits(name, requests?.[name])) + inUnits(name, pod.spec.overhead?.[name]);

function lacking({ pod, others, node }: AdmissionInput): Rejection | undefined {
  const allocatable = node.status?.allocatable ?? {};
  const tooMany = outOf('pods', 1, others.length, wholeValue(allocatable['pods']));
  if (tooMany) return tooMany;
  // What the node does not know is somebody else's to count.
  for (const name of Object.keys(allocatable).filter((key) => key !== 'pods')) {
    const requested = requestOf(pod, name);
    if (requested === 0) continue;
    const used = others.reduce((sum, other) => sum + requestOf(other, name), 0);
    const problem = outOf(name, requested, used, inUnits(name, allocatable[name]));
    if (problem) return problem;
  }
  return undefined;
}

const failed = (predicate: string, why: string): Rejection => ({
  reason: predicate,
  message: `Predicate ${predicate} failed: ${why}`,
});

function misplaced({ pod, others, node }: AdmissionInput): Rejection | undefined {
  if (!fitsNode(pod.spec, node)) return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  const taken = others.flatMap(hostPorts);
  if (hostPorts(pod).some((port) => taken.some((other) => clash(port, other))))
    return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  const tolerations = pod.spec.tolerations ?? [];
  const untolerated = (node.spec.taints ?? []).some(
    (taint) => taint.effect === 'NoExecute' && !isTolerated(taint, tolerations),
  );
  return untolerated ? failed('TaintToleration', "node(s) had taints that the pod didn't tolerate") : undefined;
}

interface HostPort {
  readonly ip: string;
  readonly port: number;
  readonly protocol: string;
}

function hostPorts({ spec }: Pod): readonly HostPort[] {
  const listening: readonly Container[] = [...(spec.initContainers ?? []).filter(isSidecar), ...spec.containers];
  return listening.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, containerPort, hostIP = '0.0.0.0', protocol = 'TCP' }) => {
      const port = hostPort || (spec.hostNetwork ? containerPort : 0);
      return port ? [{ ip: hostIP || '0.0.0.0', port, protocol }] : [];
    }),
  );
}

const ANY = '0.0.0.0';

const clash = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY);
