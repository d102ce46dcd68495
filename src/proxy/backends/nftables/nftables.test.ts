import { describe, it } from 'vitest';
import { silentLogger } from '#base/log.ts';
import { whyNoRealNodes } from '#node-host/test-node.ts';
import { backendContract } from '../../backend.contract.ts';
import { CLUSTER_CIDR } from '../../test-world.ts';
import { nftablesBackend } from './nftables.ts';

const reason = await whyNoRealNodes();

if (reason !== undefined) {
  describe('nftables backend', () => {
    it.skip(`skipped: ${reason}`, () => {});
  });
} else {
  backendContract('nftables', (world) =>
    nftablesBackend({ clusterCIDR: CLUSTER_CIDR, namespacePath: world.nodeNamespacePath, log: silentLogger }),
  );
}
