interface Ingress {
  readonly ip?: string | undefined;
  readonly hostname?: string | undefined;
}

/** Addresses without doubles, sorted, joined by commas. */
export function loadBalancerAddresses(status: { ingress?: readonly Ingress[] | undefined } | undefined): string {
  const addresses = (status?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
  return [...new Set(addresses.filter((address) => address !== ''))].sort().join(',');
}
