import { command } from './command.ts';
import { ip } from './namespace.ts';

/** Where another node's pods are: its pod range behind its address (host gateway, no encapsulation). */
export interface PodRoute {
  readonly podCIDR: string;
  readonly via: string;
}

/** Our routes carry this routing protocol number, so that nobody else's are touched. */
const PROTOCOL = 144;

/** Makes the node's routes to other nodes' pods exactly these. `namespace` undefined: this machine's own. */
export async function syncPodRoutes(namespace: string | undefined, wanted: readonly PodRoute[]): Promise<void> {
  const scope = namespace === undefined ? [] : ['-n', namespace];
  const printed = await command('ip', [...scope, '-json', 'route', 'show', 'proto', String(PROTOCOL)]);
  const present = JSON.parse(printed || '[]') as readonly { dst: string; gateway?: string }[];
  const key = (podCIDR: string, via: string | undefined) => `${podCIDR} ${via ?? ''}`;
  const keep = new Set(wanted.map((route) => key(route.podCIDR, route.via)));
  const there = new Set(present.map((route) => key(route.dst, route.gateway)));
  const wantedRanges = new Set(wanted.map((route) => route.podCIDR));
  const commands = [
    ...wanted
      .filter((route) => !there.has(key(route.podCIDR, route.via)))
      .map((route) => `route replace ${route.podCIDR} via ${route.via} proto ${PROTOCOL}`),
    ...present
      .filter((route) => !keep.has(key(route.dst, route.gateway)) && !wantedRanges.has(route.dst))
      .map((route) => `route delete ${route.dst} proto ${PROTOCOL}`),
  ];
  if (commands.length === 0) return;
  if (namespace !== undefined) await ip(namespace, commands);
  else await command('ip', ['-batch', '-'], `${commands.join('\n')}\n`);
}
