import type { Pod } from '#gen/core/v1.ts';
import { namespaceOf } from '../pod/containers.ts';

const MAX_HOSTNAME = 63;

/** At most 63 characters that do not end in `-` or `.`. Source: upstream truncatePodHostnameIfNeeded. */
export const truncatedHostname = (name: string): string => name.slice(0, MAX_HOSTNAME).replace(/[-.]+$/, '');

export interface HostNames {
  /** What the kernel calls the pod. */
  readonly hostname: string;
  /** `host.subdomain.namespace.svc.domain`, where the pod has a subdomain. */
  readonly domain: string;
}

/** @throws {Error} when the pod wants its FQDN as host name and that is longer than 64 characters. */
export function hostNamesOf(pod: Pod, clusterDomain: string): HostNames {
  if (pod.spec.hostnameOverride) return { hostname: pod.spec.hostnameOverride, domain: '' };
  const name = pod.spec.hostname ? pod.spec.hostname : truncatedHostname(pod.metadata.name);
  const domain = pod.spec.subdomain ? `${pod.spec.subdomain}.${namespaceOf(pod)}.svc.${clusterDomain}` : '';
  if (!pod.spec.setHostnameAsFQDN || !domain) return { hostname: name, domain };
  const fqdn = `${name}.${domain}`;
  if (fqdn.length > 64) {
    throw new Error(
      `failed to construct FQDN from pod hostname and cluster domain, FQDN ${fqdn} is too long (64 characters is the max, ${fqdn.length} characters requested)`,
    );
  }
  return { hostname: fqdn, domain };
}
