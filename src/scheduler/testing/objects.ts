import type { Container, Node, NodeSpec, Pod, PodSpec } from '#gen/core/v1.ts';

type Amounts = Readonly<Record<string, string>>;

/** A node with 4 CPUs, 8 GiB and room for 110 pods, unless said otherwise. */
export function node(
  name: string,
  { allocatable, labels, ...spec }: Partial<NodeSpec> & { allocatable?: Amounts; labels?: Record<string, string> } = {},
): Node {
  return {
    metadata: {
      name,
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(labels && { labels }),
    },
    spec,
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...allocatable } },
  };
}

export interface PodShape extends Partial<PodSpec> {
  readonly requests?: Amounts;
  readonly ports?: Container['ports'];
  readonly uid?: string;
}

/** A pod with one container in the namespace `default`. */
export function pod(name: string, { requests, ports, uid = name, ...spec }: PodShape = {}): Pod {
  const container: Container = {
    name: 'c',
    image: 'i:1',
    ...(requests && { resources: { requests: { ...requests } } }),
    ...(ports && { ports }),
  };
  return {
    metadata: { name, namespace: 'default', uid, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: [container], schedulerName: 'default-scheduler', ...spec },
    status: { phase: 'Pending' },
  };
}
