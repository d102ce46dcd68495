import type { ResourceQuota } from '#gen/core/v1.ts';

function line({ status }: ResourceQuota, isWanted: (name: string) => boolean): string {
  return Object.entries(status?.hard ?? {})
    .filter(([name]) => isWanted(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${status?.used?.[name] ?? '0'}/${hard}`)
    .join(', ');
}

const isLimit = (name: string): boolean => name.startsWith('limits.');

/** `pods: 1/10, requests.cpu: 500m/2`: used of hard. */
export const quotaRequestsCell = (quota: ResourceQuota): string => line(quota, (name) => !isLimit(name));
export const quotaLimitsCell = (quota: ResourceQuota): string => line(quota, isLimit);
