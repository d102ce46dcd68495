import { services } from '#api/core/v1/service.ts';
import type { Reader } from '../reader.ts';
import type { ServerServices } from '../strategy.ts';

/** Takes what the stored Services hold already, so that nobody else is given it. Conflicts stay with the first. */
export function rebuildAllocations(reader: Reader, { serviceIPs, nodePorts }: ServerServices): void {
  for (const { spec } of reader.list(services)) {
    for (const ip of spec?.clusterIPs ?? []) {
      if (ip !== 'None' && !serviceIPs.has(ip)) attempt(() => serviceIPs.allocate(ip));
    }
    const ports = (spec?.ports ?? []).map(({ nodePort }) => nodePort);
    for (const port of [...new Set([...ports, spec?.healthCheckNodePort])]) {
      if (port) attempt(() => nodePorts.allocate(port));
    }
  }
}

function attempt(take: () => unknown): void {
  try {
    take();
  } catch {
    // Out of today's range, or held twice: the Service keeps it, as upstream lets it.
  }
}
