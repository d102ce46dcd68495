import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '#base/log.ts';
import { PAUSE_IMAGE } from '#images/pause-image.ts';
import {
  type ContainerdPaths,
  cniConfig,
  containerdConfig,
  mirrorConfig,
  type RegistryMirror,
} from './containerd-config.ts';
import { startContainerd, stopContainerd } from './containerd-process.ts';
import { killShims, removeCgroup, unmountBelow } from './leftovers.ts';
import { inspectMachine, snapshotterFor } from './machine.ts';

export interface LocalNodeOptions {
  /** Names the control group and the runtime folder: `<cluster>-n1`. */
  readonly id: string;
  /** The node's network namespace; undefined: this machine's own network. */
  readonly namespace: string | undefined;
  /** What survives a reboot. */
  readonly dataFolder: string;
  /** What need not; default `/run/timonel/<id>`. */
  readonly runFolder?: string | undefined;
  readonly mirrors?: readonly RegistryMirror[] | undefined;
  readonly log: Logger;
}

/** A containerd of the node's own, and the node's files and control group. */
export interface LocalNode extends AsyncDisposable {
  readonly containerdSocket: string;
  /** `/timonel-<id>`: the parent of `/kubepods` for this node, since nodes on one machine share the hierarchy. */
  readonly cgroupRoot: string;
  /** Writes the pods' network configuration; pods can start from then on. Idempotent. */
  setPodCIDR(podCIDR: string): Promise<void>;
  /** Ends containerd and every pod, and removes all but `dataFolder`. Disposing only lets go: pods run on. */
  stop(): Promise<void>;
}

/** Starts or adopts the node's containerd. @throws {MachineNotReady} with the remedy. */
export async function startLocalNode(options: LocalNodeOptions): Promise<LocalNode> {
  const machine = await inspectMachine();
  const folders = foldersOf(options);
  for (const folder of [folders.root, folders.cniConfig, folders.registries, folders.run])
    await mkdir(folder, { recursive: true });
  for (const mirror of options.mirrors ?? []) {
    await mkdir(join(folders.registries, mirror.host), { recursive: true });
    await writeFile(join(folders.registries, mirror.host, 'hosts.toml'), mirrorConfig(mirror));
  }
  const config = containerdConfig(folders, {
    sandboxImage: PAUSE_IMAGE,
    snapshotter: await snapshotterFor(folders.root),
    restrictOomScoreAdj: !machine.canLowerOomScore,
    hasAppArmor: machine.hasAppArmor,
    cniPlugins: machine.cniPlugins,
  });
  const { namespace, log } = options;
  const containerd = await startContainerd({ namespace, config, socket: folders.socket, folder: folders.run, log });
  return {
    containerdSocket: folders.socket,
    cgroupRoot: cgroupOf(options.id),
    setPodCIDR: (podCIDR) =>
      writeFile(join(folders.cniConfig, '10-timonel.conflist'), cniConfig(podCIDR, folders.ipam)),
    async stop() {
      await containerd.stop();
      await removeLocalNode(options);
    },
    [Symbol.asyncDispose]: () => containerd[Symbol.asyncDispose](),
  };
}

/** Ends and removes all that a node left running, also one that this process did not start. Keeps `dataFolder`. */
export async function removeLocalNode(
  options: Pick<LocalNodeOptions, 'id' | 'dataFolder' | 'runFolder'>,
): Promise<void> {
  const folders = foldersOf(options);
  await stopContainerd(folders.run);
  await killShims(folders.socket);
  await unmountBelow(folders.run);
  await unmountBelow(options.dataFolder);
  await rm(folders.run, { recursive: true, force: true });
  await rm(folders.ipam, { recursive: true, force: true });
  await removeCgroup(cgroupOf(options.id).slice(1));
}

const cgroupOf = (id: string) => `/timonel-${id}`;

function foldersOf({ id, dataFolder, runFolder }: Pick<LocalNodeOptions, 'id' | 'dataFolder' | 'runFolder'>) {
  const run = runFolder ?? join('/run/timonel', id);
  const paths: ContainerdPaths = {
    root: join(dataFolder, 'containerd'),
    state: join(run, 'state'),
    socket: join(run, 'containerd.sock'),
    cniConfig: join(run, 'cni'),
    registries: join(dataFolder, 'registries'),
  };
  return { ...paths, run, ipam: join(dataFolder, 'ipam') };
}
