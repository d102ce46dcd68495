import { randomBytes } from 'node:crypto';
import { RuntimeCallFailed } from '../errors.ts';
import type { Sandbox, SandboxService } from '../runtime.ts';
import { exit } from './process.ts';
import type { SimulatedSandbox, World } from './state.ts';

export function simulatedSandboxes(world: World): SandboxService {
  const { sandboxes, containers, clock } = world;
  const stop = async (id: string) => {
    const sandbox = sandboxes.get(id);
    if (!sandbox?.isReady) return;
    sandbox.isReady = false;
    for (const container of containers.values()) if (container.sandboxId === id) exit(world, container, 137);
    if (sandbox.address) world.addresses()?.release(sandbox.address);
    world.changed(sandbox.config.pod.uid);
  };
  return {
    async run(config) {
      const address = config.namespaces.network === 'NODE' ? undefined : takeAddress(world, config.pod.name);
      const id = randomBytes(32).toString('hex');
      sandboxes.set(id, { id, config, address, createdAtMs: clock.now(), isReady: true });
      world.changed(config.pod.uid);
      return id;
    },
    stop,
    async remove(id) {
      await stop(id);
      for (const container of [...containers.values()]) if (container.sandboxId === id) containers.delete(container.id);
      const sandbox = sandboxes.get(id);
      if (sandboxes.delete(id) && sandbox) world.changed(sandbox.config.pod.uid);
    },
    async status(id) {
      const sandbox = sandboxes.get(id);
      return sandbox && { ...toSandbox(sandbox), ips: sandbox.address ? [sandbox.address] : [] };
    },
    list: async () => [...sandboxes.values()].map(toSandbox),
  };
}

function takeAddress(world: World, pod: string): string {
  const pool = world.addresses();
  const address = pool?.take();
  if (address) return address;
  const why = pool ? 'no IP addresses available in range set' : 'cni plugin not initialized';
  throw new RuntimeCallFailed('Unknown', `failed to setup network for sandbox of pod "${pod}": ${why}`);
}

function toSandbox({ id, config, isReady, createdAtMs }: SimulatedSandbox): Sandbox {
  return { id, pod: config.pod, attempt: config.attempt, isReady, createdAtMs };
}
