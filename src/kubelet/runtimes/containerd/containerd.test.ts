import { join } from 'node:path';
import { describe, it } from 'vitest';
import { silentLogger } from '#base/log.ts';
import { buildBusyboxImage } from '#images/busybox-image.ts';
import { startTestNode, whyNoRealNodes } from '#node-host/test-node.ts';
import { runtimeContract } from '../runtime.contract.ts';
import { containerdRuntime } from './containerd.ts';

const reason = await whyNoRealNodes();

if (reason !== undefined) {
  describe('containerd runtime', () => {
    it.skip(`skipped: ${reason}`, () => {});
  });
} else {
  runtimeContract('containerd', async () => {
    const node = await startTestNode();
    const runtime = containerdRuntime({ socket: node.host.containerdSocket, log: silentLogger });
    const archive = join(node.folder, 'busybox.tar');
    await buildBusyboxImage(archive);
    await runtime.images.importArchive(archive);
    return {
      runtime,
      image: 'busybox',
      cgroupRoot: node.host.cgroupRoot,
      exiting: (code, afterMs) => ({ command: ['sh', '-c', `sleep ${afterMs / 1000}; exit ${code}`] }),
      saying: (line) => ({ command: ['sh', '-c', `echo ${line}; sleep 1000`] }),
      async dispose() {
        await runtime[Symbol.asyncDispose]();
        await node[Symbol.asyncDispose]();
      },
    };
  });
}
