import { readFile, statfs } from 'node:fs/promises';
import { arch, cpus, release, totalmem } from 'node:os';
import type { ContainerImage, Node, NodeCondition, NodeStatus, Taint } from '#gen/core/v1.ts';
import { wireTime } from '../pod/time.ts';
import type { ContainerRuntime } from '../runtimes/runtime.ts';

export interface NodeFacts {
  readonly nodeName: string;
  readonly nodeIPs: readonly string[];
  readonly port: number;
  readonly maxPods: number;
  readonly rootDir: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly kubeletVersion: string;
  /** Stands in for the machine's own capacity, for simulated nodes. */
  readonly capacity?: Readonly<Record<string, string>> | undefined;
}

const goArch: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm',
  s390x: 's390x',
  ppc64: 'ppc64le',
};
const architecture = (): string => goArch[arch()] ?? arch();

export function nodeLabels({ nodeName, labels }: NodeFacts): Record<string, string> {
  const [os, machine] = ['linux', architecture()];
  return {
    'beta.kubernetes.io/arch': machine,
    'beta.kubernetes.io/os': os,
    'kubernetes.io/arch': machine,
    'kubernetes.io/hostname': nodeName,
    'kubernetes.io/os': os,
    ...labels,
  };
}

export function newNode(facts: NodeFacts, status: NodeStatus): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: facts.nodeName,
      labels: nodeLabels(facts),
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    } as unknown as Node['metadata'],
    spec: facts.taints.length > 0 ? { taints: [...facts.taints] } : {},
    status,
  };
}

async function fileText(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trim();
}

async function capacityOf({ rootDir, maxPods, capacity }: NodeFacts): Promise<Record<string, string>> {
  const disk = await statfs(rootDir);
  return {
    cpu: String(cpus().length),
    'ephemeral-storage': `${Math.floor((disk.blocks * disk.bsize) / 1024)}Ki`,
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: String(maxPods),
    ...capacity,
  };
}

const EVICTION_MEMORY_KI = 100 * 1024;

/** What pods may use: upstream keeps 100 MiB of memory and a tenth of the disk back. */
function allocatableOf(capacity: Record<string, string>): Record<string, string> {
  const memory = Number.parseInt(capacity['memory'] ?? '0', 10);
  const disk = Number.parseInt(capacity['ephemeral-storage'] ?? '0', 10);
  const isKi = capacity['memory']?.endsWith('Ki') && capacity['ephemeral-storage']?.endsWith('Ki');
  if (!isKi) return capacity;
  return {
    ...capacity,
    memory: `${Math.max(0, memory - EVICTION_MEMORY_KI)}Ki`,
    'ephemeral-storage': String(Math.floor(disk * 1024 * 0.9)),
  };
}

export async function nodeStatus(
  facts: NodeFacts,
  runtime: ContainerRuntime,
  at: { nowMs: number; before: NodeStatus | undefined },
): Promise<NodeStatus> {
  const capacity = await capacityOf(facts);
  const version = await runtime.version();
  const osRelease = await fileText('/etc/os-release');
  const machineID = await fileText('/etc/machine-id');
  return {
    capacity,
    allocatable: allocatableOf(capacity),
    conditions: await conditionsOf(runtime, at),
    addresses: [
      ...facts.nodeIPs.map((address) => ({ type: 'InternalIP' as const, address })),
      { type: 'Hostname' as const, address: facts.nodeName },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: facts.port } },
    nodeInfo: {
      machineID,
      systemUUID: (await fileText('/sys/class/dmi/id/product_uuid')) || machineID,
      bootID: await fileText('/proc/sys/kernel/random/boot_id'),
      kernelVersion: release(),
      osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(osRelease)?.[1] ?? 'Linux',
      containerRuntimeVersion: `${version.runtimeName}://${version.runtimeVersion}`,
      kubeletVersion: facts.kubeletVersion,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: architecture(),
    },
    images: await imagesOf(runtime),
  };
}

const MAX_IMAGES = 50;

async function imagesOf(runtime: ContainerRuntime): Promise<ContainerImage[]> {
  const images = [...(await runtime.images.list())].sort((a, b) => b.sizeBytes - a.sizeBytes);
  return images
    .slice(0, MAX_IMAGES)
    .map(({ repoDigests, repoTags, sizeBytes }) => ({ names: [...repoDigests, ...repoTags].slice(0, 5), sizeBytes }));
}

/** Source: upstream pkg/kubelet/nodestatus/setters.go. */
async function conditionsOf(
  runtime: ContainerRuntime,
  { nowMs, before }: { nowMs: number; before: NodeStatus | undefined },
): Promise<NodeCondition[]> {
  const problems = (await runtime.status()).filter(({ status }) => !status);
  const now = wireTime(nowMs);
  const dated = (draft: Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>): NodeCondition => {
    const old = before?.conditions?.find(({ type }) => type === draft.type);
    return {
      ...draft,
      lastHeartbeatTime: now,
      lastTransitionTime: old?.status === draft.status ? (old.lastTransitionTime ?? now) : now,
    };
  };
  const network = problems.map(({ type, reason, message }) =>
    type === 'NetworkReady'
      ? `container runtime network not ready: NetworkReady=false reason:${reason} message:${message}`
      : `container runtime status check may not have completed yet: ${type}=false reason:${reason} message:${message}`,
  );
  return [
    dated({
      type: 'MemoryPressure',
      status: 'False',
      reason: 'KubeletHasSufficientMemory',
      message: 'kubelet has sufficient memory available',
    }),
    dated({
      type: 'DiskPressure',
      status: 'False',
      reason: 'KubeletHasNoDiskPressure',
      message: 'kubelet has no disk pressure',
    }),
    dated({
      type: 'PIDPressure',
      status: 'False',
      reason: 'KubeletHasSufficientPID',
      message: 'kubelet has sufficient PID available',
    }),
    dated(
      network.length > 0
        ? { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: network.join(', ') }
        : { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
    ),
  ];
}
