import type { HostAlias, Pod } from '#gen/core/v1.ts';
import type { HostNames } from './hostname.ts';

const BASE = [
  '# Kubernetes-managed hosts file.',
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
];

export interface HostsInput extends HostNames {
  readonly pod: Pod;
  readonly podIPs: readonly string[];
  /** The node's own /etc/hosts, for pods on the host's network. */
  readonly nodeHosts: string;
}

/** The pod's /etc/hosts. Source: upstream kubelet_pods.go managedHostsFileContent, nodeHostsFileContent. */
export function hostsFile({ pod, podIPs, hostname, domain, nodeHosts }: HostsInput): string {
  const aliases = aliasLines(pod.spec.hostAliases ?? []);
  if (pod.spec.hostNetwork) return `# Kubernetes-managed hosts file (host network).\n${nodeHosts}${aliases}`;
  const short = domain && hostname.endsWith(`.${domain}`) ? hostname.slice(0, -domain.length - 1) : hostname;
  const names = domain ? `${short}.${domain}\t${short}` : short;
  return `${[...BASE, ...podIPs.map((ip) => `${ip}\t${names}`)].join('\n')}\n${aliases}`;
}

function aliasLines(aliases: readonly HostAlias[]): string {
  if (aliases.length === 0) return '';
  const lines = aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}`);
  return `\n# Entries added by HostAliases.\n${lines.join('\n')}\n`;
}
