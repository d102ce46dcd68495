import { defineResource } from '#apimachinery/resource.ts';
import type { Pod } from '#gen/core/v1.ts';
import { readinessGatesCell, restartsCell, summarizePod } from '../../columns/pod-status.ts';
import { orNone } from '../../columns/text.ts';
import { defaultPod } from '../../defaults/pod.ts';

const podIp = ({ status }: Pod): string => status?.podIPs?.[0]?.ip ?? status?.podIP ?? '';

export const pods = defineResource<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  scope: 'Namespaced',
  shortNames: ['po'],
  categories: ['all'],
  subresources: [
    { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'ephemeralcontainers', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
    { name: 'proxy', kind: 'PodProxyOptions', verbs: ['create', 'get'] },
    { name: 'resize', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { name: 'status', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
  ],
  columns: [
    {
      name: 'Ready',
      type: 'string',
      of: (pod) => {
        const { ready, total } = summarizePod(pod);
        return `${ready}/${total}`;
      },
    },
    { name: 'Status', type: 'string', of: (pod) => summarizePod(pod).status },
    { name: 'Restarts', type: 'string', of: (pod, nowMs) => restartsCell(summarizePod(pod), nowMs) },
    { name: 'IP', type: 'string', priority: 1, of: (pod) => orNone(podIp(pod)) },
    { name: 'Node', type: 'string', priority: 1, of: ({ spec }) => orNone(spec.nodeName) },
    { name: 'Nominated Node', type: 'string', priority: 1, of: ({ status }) => orNone(status?.nominatedNodeName) },
    { name: 'Readiness Gates', type: 'string', priority: 1, of: readinessGatesCell },
  ],
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': podIp,
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },
  defaults: defaultPod,
});
