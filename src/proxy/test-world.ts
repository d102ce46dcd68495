import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const namespacePath = (namespace: string) => `/run/netns/${namespace}`;
const removeNamespace = (namespace: string) => run('ip', ['netns', 'delete', namespace]);
const ip = (namespace: string, commands: readonly string[]) =>
  run('sh', ['-ec', commands.map((command) => `ip -n ${namespace} ${command}`).join('\n')]);

async function makeNamespace(namespace: string): Promise<void> {
  await run('ip', ['netns', 'add', namespace]);
  await ip(namespace, ['link set lo up']);
}

async function makeRouter(namespace: string): Promise<void> {
  await makeNamespace(namespace);
  const values = { ip_forward: 1, 'conf/all/rp_filter': 0, 'conf/default/rp_filter': 0, 'conf/all/route_localnet': 1 };
  const lines = Object.entries(values).map(([key, value]) => `echo ${value} > /proc/sys/net/ipv4/${key}`);
  await run('nsenter', [`--net=${namespacePath(namespace)}`, '--', 'sh', '-ec', lines.join('\n')]);
}

/** A host of the test's little network. */
export interface Peer {
  readonly address: string;
  /** What the other side answered, or how the attempt failed (`ECONNREFUSED`, `timeout`). */
  dial(protocol: 'tcp' | 'udp', target: { address: string; port: number; fromPort?: number }): Promise<string>;
}

/** A node with two pods on routed links, another node's pod and a client outside; none of them has an uplink. */
export interface ProxyWorld extends AsyncDisposable {
  readonly nodeNamespacePath: string;
  readonly pod1: Peer;
  readonly pod2: Peer;
  readonly remotePod: Peer;
  readonly client: Peer;
  readonly node: Peer;
}

export const PORT = 8080;
export const CLUSTER_CIDR = '10.244.0.0/16';

const HOSTS = {
  pod1: { address: '10.244.1.11', gateway: '10.244.1.1' },
  pod2: { address: '10.244.1.12', gateway: '10.244.1.1' },
  remotePod: { address: '10.244.2.11', gateway: '10.244.2.1' },
  client: { address: '192.168.77.10', gateway: '192.168.77.1' },
} as const;

export async function proxyWorld(): Promise<ProxyWorld> {
  const prefix = `tpx${randomBytes(3).toString('hex')}`;
  const nodeSpace = `${prefix}-node`;
  const spaces = [nodeSpace];
  await makeRouter(nodeSpace);
  // Service addresses must be routable before they are translated.
  await ip(nodeSpace, [
    'link add void type veth peer name void0',
    'link set void up',
    'link set void0 up',
    'address add 172.31.0.1/24 dev void',
    'route add default via 172.31.0.2',
  ]);
  const peers: PeerProcess[] = [];
  const add = async (name: string, host: { address: string; gateway: string }): Promise<Peer> => {
    const space = `${prefix}-${name.toLowerCase()}`;
    spaces.push(space);
    await makeNamespace(space);
    const link = name.toLowerCase();
    await run('ip', ['link', 'add', 'eth0', 'netns', space, 'type', 'veth', 'peer', 'name', link, 'netns', nodeSpace]);
    await ip(space, [
      `address add ${host.address}/32 dev eth0`,
      'link set eth0 up',
      `route add ${host.gateway} dev eth0 scope link`,
      `route add default via ${host.gateway}`,
    ]);
    await ip(nodeSpace, [
      `address add ${host.gateway}/32 dev ${link}`,
      `link set ${link} up`,
      `route add ${host.address} dev ${link}`,
    ]);
    const peer = await startPeer(space, name, host.address);
    peers.push(peer);
    return peer;
  };
  const pod1 = await add('pod1', HOSTS.pod1);
  const pod2 = await add('pod2', HOSTS.pod2);
  const remotePod = await add('remotePod', HOSTS.remotePod);
  const client = await add('client', HOSTS.client);
  const node = await startPeer(nodeSpace, 'node', '192.168.77.1');
  peers.push(node);
  return {
    nodeNamespacePath: namespacePath(nodeSpace),
    pod1,
    pod2,
    remotePod,
    client,
    node,
    async [Symbol.asyncDispose]() {
      for (const peer of peers) await peer.end();
      for (const space of spaces) await removeNamespace(space);
    },
  };
}

interface PeerProcess extends Peer {
  end(): Promise<void>;
}

async function startPeer(namespace: string, name: string, address: string): Promise<PeerProcess> {
  const script = fileURLToPath(new URL('./test-peer.ts', import.meta.url));
  const args = [`--net=${namespacePath(namespace)}`, '--', process.execPath, script, name, `${PORT}`];
  const child: ChildProcess = spawn('nsenter', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('a peer has no pipes');
  const waiting: ((line: string) => void)[] = [];
  const answer = () => new Promise<string>((resolve) => waiting.push(resolve));
  createInterface({ input: stdout }).on('line', (line) => waiting.shift()?.(line));
  await answer();
  return {
    address,
    dial(protocol, target) {
      const answered = answer();
      stdin.write(`${JSON.stringify({ protocol, ...target })}\n`);
      return answered;
    },
    async end() {
      const closed = new Promise((resolve) => child.once('exit', resolve));
      stdin.end();
      await closed;
    },
  };
}
