import type { Service } from '#gen/core/v1.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const CONTROLLER = 'endpointslice-controller.k8s.io';
export const HEADLESS = 'service.kubernetes.io/headless';

const RESERVED = new Set([SERVICE_NAME, MANAGED_BY, HEADLESS]);

/** The service's own labels, and those by which proxies and DNS find the slice. */
export function sliceLabels({ metadata, spec }: Service): Record<string, string> {
  const own = Object.entries(metadata.labels ?? {}).filter(([key]) => !RESERVED.has(key));
  return {
    ...Object.fromEntries(own),
    ...((spec.clusterIP === 'None' || !spec.clusterIP) && { [HEADLESS]: '' }),
    [SERVICE_NAME]: metadata.name,
    [MANAGED_BY]: CONTROLLER,
  };
}
