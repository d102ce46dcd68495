import { mkdir } from 'node:fs/promises';
import type { Sandbox, SandboxService, SandboxStatus } from '../runtime.ts';
import { type Cri, isNotFound, unlessGone } from './cri.ts';
import type { PodSandboxMessage } from './messages.ts';
import { toSandboxMessage } from './to-cri.ts';

/** Starting a sandbox may wait for CNI; upstream doubles the request timeout for pod creation. */
const RUN_TIMEOUT_MS = 240_000;

export function criSandboxes(cri: Cri): SandboxService {
  return {
    async run(config) {
      await mkdir(config.logDirectory, { recursive: true, mode: 0o755 });
      const request = { config: toSandboxMessage(config), runtimeHandler: config.runtimeHandler ?? '' };
      const { podSandboxId } = await cri.runtime<{ podSandboxId: string }>('RunPodSandbox', request, {
        timeoutMs: RUN_TIMEOUT_MS,
      });
      return podSandboxId;
    },
    stop: (podSandboxId) => unlessGone(cri.runtime('StopPodSandbox', { podSandboxId })),
    remove: (podSandboxId) => unlessGone(cri.runtime('RemovePodSandbox', { podSandboxId })),
    async status(podSandboxId) {
      try {
        const { status } = await cri.runtime<{ status: PodSandboxMessage }>('PodSandboxStatus', { podSandboxId });
        return fromSandboxStatus(status);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async list() {
      const { items } = await cri.runtime<{ items: readonly PodSandboxMessage[] }>('ListPodSandbox', {});
      return items.map(fromSandbox);
    },
  };
}

function fromSandbox({ id, metadata, state, createdAt }: PodSandboxMessage): Sandbox {
  const { attempt, uid, namespace, name } = metadata;
  const createdAtMs = Math.floor(createdAt / 1e6);
  return { id, pod: { uid, namespace, name }, attempt, isReady: state === 'SANDBOX_READY', createdAtMs };
}

function fromSandboxStatus(message: PodSandboxMessage): SandboxStatus {
  const { network } = message;
  const ips = network?.ip ? [network.ip, ...network.additionalIps.map(({ ip }) => ip)] : [];
  return { ...fromSandbox(message), ips };
}
