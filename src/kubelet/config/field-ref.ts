import type { Pod } from '#gen/core/v1.ts';
import { namespaceOf, uidOf } from '../pod/containers.ts';

/** What only the node knows when a container starts. */
export interface PodFacts {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
}

const SCALARS: Readonly<Record<string, (pod: Pod, facts: PodFacts) => string>> = {
  'metadata.name': (pod) => pod.metadata.name,
  'metadata.namespace': namespaceOf,
  'metadata.uid': uidOf,
  'metadata.annotations': (pod) => mapLines(pod.metadata.annotations),
  'metadata.labels': (pod) => mapLines(pod.metadata.labels),
  'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
  'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? '',
  'status.hostIP': (_, { hostIPs }) => hostIPs[0] ?? '',
  'status.hostIPs': (_, { hostIPs }) => hostIPs.join(','),
  'status.podIP': (_, { podIPs }) => podIPs[0] ?? '',
  'status.podIPs': (_, { podIPs }) => podIPs.join(','),
};

/** `key="value"` lines, sorted by key. Source: upstream pkg/fieldpath FormatMap. */
function mapLines(map: Record<string, string> | undefined): string {
  return Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${JSON.stringify(map?.[key])}`)
    .join('\n');
}

/** The value at a field path of the downward API. @throws {Error} for a path that it does not offer. */
export function fieldValue(pod: Pod, path: string, facts: PodFacts): string {
  const subscript = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/.exec(path);
  if (subscript) {
    const map = subscript[1] === 'metadata.labels' ? pod.metadata.labels : pod.metadata.annotations;
    return map?.[subscript[2] ?? ''] ?? '';
  }
  const read = SCALARS[path];
  if (!read) throw new Error(`unsupported fieldPath: ${path}`);
  return read(pod, facts);
}
