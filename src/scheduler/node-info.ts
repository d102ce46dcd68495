import { keyOf } from '#apimachinery/object.ts';
import type { ContainerPort, Node, Pod } from '#gen/core/v1.ts';
import { type Amounts, add, amountOf, podRequests, scoringRequests } from './pod-requests.ts';

/** A node as the scheduler sees it: what it has, and what the pods on it (assumed ones too) take. */
export class NodeInfo {
  readonly node: Node;
  readonly allocatable: Amounts;
  readonly requested: Amounts = new Map();
  /** Like `requested`, with the defaults of scoring. */
  readonly scoring = { cpu: 0, memory: 0 };
  readonly pods = new Map<string, Pod>();
  /** `TCP/0.0.0.0/80`, counted. */
  readonly ports = new Map<string, number>();

  constructor(node: Node) {
    this.node = node;
    this.allocatable = new Map();
    for (const [name, quantity] of Object.entries(node.status.allocatable ?? node.status.capacity ?? {})) {
      this.allocatable.set(name, amountOf(name, quantity));
    }
  }

  get name(): string {
    return this.node.metadata.name;
  }

  get allowedPods(): number {
    return this.allocatable.get('pods') ?? 0;
  }

  addPod(pod: Pod): void {
    if (this.pods.has(keyOf(pod))) return;
    this.pods.set(keyOf(pod), pod);
    this.#count(pod, 1);
  }

  removePod(key: string): void {
    const pod = this.pods.get(key);
    if (!pod) return;
    this.pods.delete(key);
    this.#count(pod, -1);
  }

  /** The same pods on another version of the node. */
  withNode(node: Node): NodeInfo {
    const copy = new NodeInfo(node);
    for (const pod of this.pods.values()) copy.addPod(pod);
    return copy;
  }

  #count(pod: Pod, sign: 1 | -1): void {
    add(this.requested, podRequests(pod), sign);
    const { cpu, memory } = scoringRequests(pod);
    this.scoring.cpu += sign * cpu;
    this.scoring.memory += sign * memory;
    for (const port of hostPortsOf(pod)) {
      const count = (this.ports.get(portKey(port)) ?? 0) + sign;
      if (count > 0) this.ports.set(portKey(port), count);
      else this.ports.delete(portKey(port));
    }
  }
}

export interface HostPort {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
}

const portKey = ({ protocol, ip, port }: HostPort) => `${protocol}/${ip}/${port}`;
export const ANY_IP = '0.0.0.0';

export function hostPortsOf(pod: Pod): HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const ports = [...pod.spec.containers, ...sidecars].flatMap(({ ports: declared }) => declared ?? []);
  return ports.filter(({ hostPort }) => (hostPort ?? 0) > 0).map(asHostPort);
}

const asHostPort = ({ protocol, hostIP, hostPort }: ContainerPort): HostPort => ({
  protocol: protocol ?? 'TCP',
  ip: hostIP || ANY_IP,
  port: hostPort ?? 0,
});

/** Whether the port is taken: the same port and protocol on the same address, where any address means all of them. */
export function isTaken(info: NodeInfo, { protocol, ip, port }: HostPort): boolean {
  if (ip !== ANY_IP) {
    return info.ports.has(portKey({ protocol, ip, port })) || info.ports.has(portKey({ protocol, ip: ANY_IP, port }));
  }
  for (const key of info.ports.keys()) if (key.startsWith(`${protocol}/`) && key.endsWith(`/${port}`)) return true;
  return false;
}
