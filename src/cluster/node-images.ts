import { join } from 'node:path';
import { silentLogger } from '#base/log.ts';
import { containerdRuntime } from '#kubelet/runtimes/containerd/containerd.ts';
import type { Image } from '#kubelet/runtimes/runtime.ts';
import type { ClusterConfig } from './config.ts';
import type { ClusterFolders } from './folders.ts';

/** The names of the cluster's nodes that run containers: `<cluster>-1` … */
export function nodeNames(config: Pick<ClusterConfig, 'name' | 'nodes'>): readonly string[] {
  return Array.from({ length: config.nodes }, (_, index) => `${config.name}-${index + 1}`);
}

/** Where a node's containerd answers. */
export const containerdSocket = (folders: ClusterFolders, node: string): string =>
  join(folders.node(node).run, 'containerd.sock');

export interface NodeImages {
  readonly folders: ClusterFolders;
  readonly nodes: readonly string[];
}

/** Takes an image archive into every node. @returns the images' names. */
export async function importOnNodes({ folders, nodes }: NodeImages, file: string): Promise<readonly string[]> {
  let names: readonly string[] = [];
  for (const node of nodes) {
    await using runtime = containerdRuntime({ socket: containerdSocket(folders, node), log: silentLogger });
    names = await runtime.images.importArchive(file);
  }
  return names;
}

export async function imagesOf(folders: ClusterFolders, node: string): Promise<readonly Image[]> {
  await using runtime = containerdRuntime({ socket: containerdSocket(folders, node), log: silentLogger });
  return await runtime.images.list();
}
