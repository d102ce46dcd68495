import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a cluster is, as `timonel up` was told the first time; kept in `cluster.json` in its data folder. */
export interface ClusterConfig {
  /** Counts up when the meaning of this file changes. */
  readonly format: 1;
  readonly name: string;
  /** Where the API answers on this machine. */
  readonly host: string;
  readonly port: number;
  /** Nodes on this machine that run containers, each in a network namespace of its own. */
  readonly nodes: number;
  /** Nodes that run nothing: their pods are data. */
  readonly simulatedNodes: number;
  /** `none`: no packet leaves the nodes; `nat`: pods reach what this machine reaches. */
  readonly uplink: 'none' | 'nat';
  /** Addresses of this machine's nodes. */
  readonly nodeCIDR: string;
  readonly clusterCIDR: string;
  readonly serviceCIDR: string;
  readonly clusterDomain: string;
}

export const defaultConfig: ClusterConfig = {
  format: 1,
  name: 'timonel',
  host: '127.0.0.1',
  port: 6443,
  nodes: 1,
  simulatedNodes: 0,
  uplink: 'nat',
  nodeCIDR: '172.30.0.0/24',
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/12',
  clusterDomain: 'cluster.local',
};

/** The folder was written by a release that this one does not understand. */
export class NewerFormat extends Error {
  override name = 'NewerFormat';
}

/** @returns undefined where there is no cluster. @throws {NewerFormat} */
export async function readConfig(file: string): Promise<ClusterConfig | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const found = JSON.parse(text) as Partial<ClusterConfig> & { format?: number };
  if ((found.format ?? 0) > defaultConfig.format) {
    throw new NewerFormat(`${file} was written by a newer release of Timonel (format ${found.format})`);
  }
  return { ...defaultConfig, ...found, format: defaultConfig.format };
}

/** Written whole or not at all. */
export async function writeConfig(file: string, config: ClusterConfig): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(config, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** The service range's first address is the API's, the tenth the DNS's, as everywhere. */
export function serviceAddress(serviceCIDR: string, index: number): string {
  const [network = ''] = serviceCIDR.split('/');
  const number = network.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + index;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
