import { createHash } from 'node:crypto';
import { addressIn, prefixBits, sizeOf } from './address.ts';
import { command, commandIn } from './command.ts';
import { ensureNamespace, hasLink, ip, listNamespaces, removeNamespace, setSysctls } from './namespace.ts';
import { ensureUplink, removeUplink } from './uplink.ts';

/** The wire between the nodes of one cluster on this machine: a switch in a namespace of its own. */
export interface LocalNetworkOptions {
  readonly cluster: string;
  /** Where nodes have their addresses, at most a /16; default `172.30.0.0/24`. */
  readonly nodeCIDR?: string | undefined;
  /** All pods of the cluster; default `10.244.0.0/16`. */
  readonly clusterCIDR?: string | undefined;
  /** All Services; default `10.96.0.0/12`. */
  readonly serviceCIDR?: string | undefined;
  /** `none`: no packet leaves the nodes. `nat`: out through this machine's own network, masqueraded. Default `none`. */
  readonly uplink?: 'none' | 'nat' | undefined;
}

/** The options with their defaults filled in. */
export interface NetworkSettings {
  readonly cluster: string;
  readonly nodeCIDR: string;
  readonly clusterCIDR: string;
  readonly serviceCIDR: string;
  readonly uplink: 'none' | 'nat';
}

export interface LocalNetwork {
  readonly options: NetworkSettings;
  /** The namespace of the switch. */
  readonly switchNamespace: string;
  /** Plugs in node `index` (1 …): namespace, address, default route. What is there already is repaired. */
  addNode(index: number): Promise<NodeNetwork>;
  removeNode(index: number): Promise<void>;
  /** Pulls or plugs a node's cable at the switch: the node runs on, and nothing reaches it. */
  setLink(index: number, state: 'up' | 'down'): Promise<void>;
  /** Removes switch, nodes and uplink. */
  remove(): Promise<void>;
}

export interface NodeNetwork {
  readonly index: number;
  /** The node's network namespace, below /run/netns. */
  readonly namespace: string;
  /** InternalIP. */
  readonly address: string;
}

const DEFAULTS = {
  nodeCIDR: '172.30.0.0/24',
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/12',
  uplink: 'none',
} as const;
const FIRST_NODE = 10;
const BRIDGE = 'br0';

/** Idempotent: a second start finds or repairs what the first, or a crash, left. */
export async function ensureLocalNetwork(given: LocalNetworkOptions): Promise<LocalNetwork> {
  const options: NetworkSettings = {
    cluster: given.cluster,
    nodeCIDR: given.nodeCIDR ?? DEFAULTS.nodeCIDR,
    clusterCIDR: given.clusterCIDR ?? DEFAULTS.clusterCIDR,
    serviceCIDR: given.serviceCIDR ?? DEFAULTS.serviceCIDR,
    uplink: given.uplink ?? DEFAULTS.uplink,
  };
  const switchNamespace = namespaceOf(options.cluster, 'sw');
  const gateway = addressIn(options.nodeCIDR, sizeOf(options.nodeCIDR) - 2);
  await ensureSwitch(switchNamespace, gateway, options);
  const wire: Wire = { options, switchNamespace, gateway };
  if (options.uplink === 'nat') await ensureUplink(uplinkOf(wire));
  else await removeUplink(uplinkOf(wire));
  return {
    options,
    switchNamespace,
    addNode: (index) => addNode(wire, index),
    removeNode: (index) => removeNamespace(namespaceOf(options.cluster, `n${index}`)),
    setLink: (index, state) => ip(switchNamespace, [`link set n${index} ${state}`]),
    remove: () => removeLocalNetwork(options.cluster),
  };
}

/** Removes every trace of a cluster's network, also one that this process did not make. */
export async function removeLocalNetwork(cluster: string): Promise<void> {
  const switchNamespace = namespaceOf(cluster, 'sw');
  await removeUplink({ switchNamespace, outerLink: outerLinkOf(cluster), table: tableOf(cluster) });
  const mine = new RegExp(`^${namespaceOf(cluster, '')}(sw|n\\d+)$`);
  for (const namespace of await listNamespaces(namespaceOf(cluster, ''))) {
    if (mine.test(namespace)) await removeNamespace(namespace);
  }
}

/** `timonel-<cluster>-<part>` */
export function namespaceOf(cluster: string, part: string): string {
  return `timonel-${cluster}-${part}`;
}

interface Wire {
  readonly options: NetworkSettings;
  readonly switchNamespace: string;
  readonly gateway: string;
}

const hashOf = (cluster: string) => createHash('sha256').update(cluster).digest('hex').slice(0, 8);
const outerLinkOf = (cluster: string) => `tmn-${hashOf(cluster)}`;
const tableOf = (cluster: string) => `timonel-${hashOf(cluster)}`;

function uplinkOf({ options, switchNamespace, gateway }: Wire) {
  return {
    switchNamespace,
    gateway,
    bridge: BRIDGE,
    outerLink: outerLinkOf(options.cluster),
    table: tableOf(options.cluster),
    nodeCIDR: options.nodeCIDR,
    outerAddress: addressIn(options.nodeCIDR, sizeOf(options.nodeCIDR) - 3),
  };
}

async function ensureSwitch(namespace: string, gateway: string, options: NetworkSettings): Promise<void> {
  await ensureNamespace(namespace);
  if (!(await hasLink(namespace, BRIDGE))) await ip(namespace, [`link add ${BRIDGE} type bridge`]);
  await ip(namespace, [
    `address replace ${gateway}/${prefixBits(options.nodeCIDR)} dev ${BRIDGE}`,
    `link set ${BRIDGE} up`,
    // What no node answers for must end here at once, and never travel on.
    `route replace unreachable ${options.clusterCIDR}`,
    `route replace unreachable ${options.serviceCIDR}`,
  ]);
  await setSysctls(namespace, { 'net.ipv4.ip_forward': 1, 'net.ipv4.conf.all.send_redirects': 0 });
}

async function addNode({ options, switchNamespace, gateway }: Wire, index: number): Promise<NodeNetwork> {
  const namespace = namespaceOf(options.cluster, `n${index}`);
  const address = addressIn(options.nodeCIDR, FIRST_NODE + index);
  await ensureNamespace(namespace);
  if (!(await hasLink(namespace, 'eth0'))) {
    if (await hasLink(switchNamespace, `n${index}`)) await ip(switchNamespace, [`link delete n${index}`]);
    const peer = ['peer', 'name', `n${index}`, 'netns', switchNamespace];
    await command('ip', ['link', 'add', 'eth0', 'netns', namespace, 'type', 'veth', ...peer]);
  }
  await ip(switchNamespace, [`link set n${index} master ${BRIDGE} up`]);
  await ip(namespace, [
    `address replace ${address}/${prefixBits(options.nodeCIDR)} dev eth0`,
    'link set eth0 up',
    `route replace default via ${gateway}`,
    `route replace unreachable ${options.clusterCIDR}`,
  ]);
  await setSysctls(namespace, nodeSysctls);
  await masqueradeLeavingPods(namespace, options);
  return { index, namespace, address };
}

/** `route_localnet`: NodePorts answer on 127.0.0.1; without rp_filter, since replies may take another way. */
const nodeSysctls = {
  'net.ipv4.ip_forward': 1,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.default.rp_filter': 0,
  'net.ipv4.conf.all.route_localnet': 1,
};

/** Nobody outside knows the pods' addresses, so what leaves the cluster carries its node's. */
async function masqueradeLeavingPods(namespace: string, { clusterCIDR, nodeCIDR, serviceCIDR }: NetworkSettings) {
  const table = 'ip timonel-egress';
  const rules = `table ${table}
delete table ${table}
table ${table} {
  chain postrouting {
    type nat hook postrouting priority srcnat
    ip saddr ${clusterCIDR} ip daddr != { ${[clusterCIDR, nodeCIDR, serviceCIDR].join(', ')} } masquerade fully-random
  }
}
`;
  await commandIn(namespace, 'nft', [rules]);
}
