import type { Pod } from '#gen/core/v1.ts';
import { namespaceOf } from '../pod/containers.ts';

export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface DnsSettings {
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
  /** The node's own resolver, as `parseResolvConf` reads it. */
  readonly host: DnsConfig;
}

const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARS = 2048;

/** Reads resolv.conf(5); later `search` and `options` lines replace earlier ones. */
export function parseResolvConf(text: string): DnsConfig {
  const servers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver' && words[0]) servers.push(words[0]);
    if (keyword === 'search') searches = words.map((word) => (word === '.' ? word : word.replace(/\.$/, '')));
    if (keyword === 'options') options = words;
  }
  return { servers, searches, options };
}

/** The pod's resolv.conf. Source: upstream pkg/kubelet/network/dns/dns.go GetPodDNS. */
export function podDns(pod: Pod, settings: DnsSettings): DnsConfig {
  const base = byPolicy(pod, settings);
  const extra = pod.spec.dnsConfig;
  const options = mergedOptions(base.options, extra?.options ?? []);
  return withinLimits({
    servers: unique([...base.servers, ...(extra?.nameservers ?? [])]),
    searches: unique([...base.searches, ...(extra?.searches ?? [])]),
    options,
  });
}

function byPolicy(pod: Pod, { clusterDNS, clusterDomain, host }: DnsSettings): DnsConfig {
  const policy = pod.spec.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  const usesHost = policy === 'Default' || (policy === 'ClusterFirst' && pod.spec.hostNetwork === true);
  if (usesHost || clusterDNS.length === 0) return host.servers.length > 0 ? host : { ...host, servers: ['127.0.0.1'] };
  const own = clusterDomain ? [`${namespaceOf(pod)}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain] : [];
  return { servers: clusterDNS, searches: [...own, ...host.searches], options: ['ndots:5'] };
}

function mergedOptions(
  base: readonly string[],
  extra: readonly { name?: string | undefined; value?: string | undefined }[],
): readonly string[] {
  const merged = new Map(base.map((option) => [option.split(':')[0] ?? '', option]));
  for (const { name = '', value } of extra) merged.set(name, value === undefined ? name : `${name}:${value}`);
  return [...merged.values()];
}

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)];

function withinLimits({ servers, searches, options }: DnsConfig): DnsConfig {
  const kept: string[] = [];
  let length = 0;
  for (const search of searches.slice(0, MAX_SEARCHES)) {
    length += search.length + 1;
    if (length - 1 > MAX_SEARCH_CHARS) break;
    kept.push(search);
  }
  return { servers: servers.slice(0, MAX_SERVERS), searches: kept, options };
}
