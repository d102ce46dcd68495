import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** A program or right that a real node needs is missing; the message is one sentence with the remedy. */
export class MachineNotReady extends Error {
  override name = 'MachineNotReady';
}

/** Program and the Debian package that brings it. */
const NEEDED = [
  ['containerd', 'containerd'],
  ['runc', 'runc'],
  ['nft', 'nftables'],
  ['iptables', 'iptables'],
  ['conntrack', 'conntrack'],
  ['ip', 'iproute2'],
  ['nsenter', 'util-linux'],
  ['mount', 'mount'],
] as const;

const CNI_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];
const CNI_PLUGINS = ['ptp', 'portmap', 'host-local', 'loopback'];

/** What of this machine's a node must know. */
export interface Machine {
  readonly cniPlugins: string;
  readonly canLowerOomScore: boolean;
  readonly hasAppArmor: boolean;
}

/** Debian packages that are missing for real nodes; empty when all is there. */
export async function missingPackages(): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const [program, packageName] of NEEDED) if (!(await findProgram(program))) missing.push(packageName);
  if (!(await findCniPlugins())) missing.push('containernetworking-plugins');
  return missing;
}

/** @throws {MachineNotReady} when this machine cannot run real nodes as it is. */
export async function inspectMachine(): Promise<Machine> {
  if (process.platform !== 'linux') {
    throw new MachineNotReady('real nodes need Linux: use simulated nodes here, or a Linux machine (WSL2 will do)');
  }
  if (process.getuid?.() !== 0) {
    throw new MachineNotReady('real nodes need root: run the command with sudo, or use simulated nodes');
  }
  const missing = await missingPackages();
  const cniPlugins = await findCniPlugins();
  if (missing.length > 0 || !cniPlugins) {
    throw new MachineNotReady(`programs are missing: run "apt-get install -y ${missing.join(' ')}" and try again`);
  }
  const hasAppArmor =
    (await exists('/sys/kernel/security/apparmor')) && (await findProgram('apparmor_parser')) !== undefined;
  return { cniPlugins, canLowerOomScore: await hasCapability(CAP_SYS_RESOURCE), hasAppArmor };
}

const CAP_SYS_RESOURCE = 24n;

/** Whether this process has the capability effectively. Source: capabilities(7). */
async function hasCapability(bit: bigint): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8');
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> bit) & 1n) === 1n;
}

const OVERLAYFS_MAGIC = 0x794c7630;

/** Overlayfs does not stack on itself, as inside many containers. */
export async function snapshotterFor(folder: string): Promise<'overlayfs' | 'native'> {
  return (await statfs(folder)).type === OVERLAYFS_MAGIC ? 'native' : 'overlayfs';
}

/** The program's path, from PATH or the system folders that a user's PATH may lack. */
export async function findProgram(name: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin'];
  for (const folder of folders) {
    const path = join(folder, name);
    if (folder && (await exists(path))) return path;
  }
  return undefined;
}

async function findCniPlugins(): Promise<string | undefined> {
  for (const folder of CNI_FOLDERS) {
    const found = await Promise.all(CNI_PLUGINS.map((plugin) => exists(join(folder, plugin))));
    if (found.every(Boolean)) return folder;
  }
  return undefined;
}

const exists = (path: string) =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
