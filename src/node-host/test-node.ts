import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '#base/log.ts';
import { openGrpc } from '#images/containerd/grpc.ts';
import { containerdSchema } from '#images/containerd/schema.ts';
import { importArchive } from '#images/import-archive.ts';
import { buildPauseImage } from '#images/pause-image.ts';
import { type LocalNode, removeLocalNode, startLocalNode } from './local-node.ts';
import { inspectMachine } from './machine.ts';
import { ensureLocalNetwork, type LocalNetwork, type NodeNetwork } from './network.ts';

/** A node for one test: a namespace without an uplink, a containerd, the pause image, and a registry that is nowhere. */
export interface TestNode extends AsyncDisposable {
  readonly cluster: string;
  readonly network: LocalNetwork;
  readonly wire: NodeNetwork;
  readonly host: LocalNode;
  readonly folder: string;
}

/** Why this machine cannot run real nodes, or undefined where it can. */
export function whyNoRealNodes(): Promise<string | undefined> {
  return inspectMachine().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

export async function startTestNode(): Promise<TestNode> {
  const cluster = `test${randomBytes(3).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'timonel-node-'));
  const network = await ensureLocalNetwork({ cluster });
  const wire = await network.addNode(1);
  const id = `${cluster}-n1`;
  const mirrors = [{ host: '_default', url: 'http://127.0.0.1:9' }];
  const { namespace } = wire;
  const host = await startLocalNode({ id, namespace, dataFolder: folder, mirrors, log: silentLogger });
  await host.setPodCIDR('10.244.1.0/24');
  const pause = join(folder, 'pause.tar');
  await buildPauseImage(pause);
  await using channel = openGrpc(host.containerdSocket, containerdSchema);
  await importArchive(channel, pause);
  return {
    cluster,
    network,
    wire,
    host,
    folder,
    async [Symbol.asyncDispose]() {
      await host.stop();
      await removeLocalNode({ id, dataFolder: folder });
      await network.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
