import type { EndpointSubset, Endpoints } from '#gen/core/v1.ts';
import type { EndpointSlice } from '#gen/discovery/v1.ts';
import { firstThree, NONE, UNSET } from './text.ts';

const hostPort = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);

function subsetTexts({ addresses = [], ports = [] }: EndpointSubset): string[] {
  if (ports.length === 0) return addresses.map(({ ip }) => ip);
  return ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port)));
}

/** `10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...` */
export function endpointsCell({ subsets = [] }: Endpoints): string {
  return subsets.length === 0 ? NONE : firstThree(subsets.flatMap(subsetTexts));
}

export function slicePortsCell({ ports }: EndpointSlice): string {
  const texts = (ports ?? []).map(({ name, port }) => (port !== undefined ? String(port) : (name ?? '*')));
  return firstThree(texts) || UNSET;
}

export function sliceEndpointsCell({ endpoints }: EndpointSlice): string {
  return firstThree((endpoints ?? []).flatMap(({ addresses }) => addresses)) || UNSET;
}
