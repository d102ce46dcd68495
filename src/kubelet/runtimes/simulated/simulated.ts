import { type Clock, systemClock } from '#base/clock.ts';
import type { ContainerRuntime, RuntimeDeps } from '../runtime.ts';
import { type AddressPool, addressPool } from './addresses.ts';
import { PREFIX } from './behaviour.ts';
import { simulatedContainers } from './containers.ts';
import { simulatedImages } from './images.ts';
import { simulatedSandboxes } from './sandboxes.ts';
import type { World } from './state.ts';
import { simulatedStreams } from './streams.ts';

export interface SimulatedDeps extends RuntimeDeps {
  readonly clock?: Clock | undefined;
  /** The node's pod range, once it is known. */
  readonly podCIDR: string | (() => string | undefined);
  /** `files` writes CRI logs that the kubelet can serve; `none` keeps big simulations light. Default `files`. */
  readonly logs?: 'files' | 'none' | undefined;
}

/**
 * Pods as data: nothing runs, and no privileges are needed. What containers seem to do is said by annotations (see
 * behaviour.ts) or by their command, where it is one that the simulation knows (see command.ts).
 */
export function simulatedRuntime({ podCIDR, clock = systemClock, logs = 'files' }: SimulatedDeps): ContainerRuntime {
  const cidr = () => (typeof podCIDR === 'string' ? podCIDR : podCIDR());
  const subscribers = new Set<(podUid: string) => void>();
  let pool: { cidr: string; addresses: AddressPool } | undefined;
  const world: World = {
    clock,
    logs,
    sandboxes: new Map(),
    containers: new Map(),
    addresses() {
      const now = cidr();
      if (now !== undefined && pool?.cidr !== now) pool = { cidr: now, addresses: addressPool(now) };
      return pool?.addresses;
    },
    changed: (podUid) => subscribers.forEach((tell) => tell(podUid)),
  };
  const streams = simulatedStreams(world);
  const pullError = (image: string) => {
    for (const { config } of world.sandboxes.values()) {
      const failing = config.annotations[`${PREFIX}pull-error`];
      if (failing !== undefined && (config.annotations[`${PREFIX}pull-error-image`] ?? image) === image) return failing;
    }
    return undefined;
  };
  return {
    name: 'simulated',
    sandboxes: simulatedSandboxes(world),
    containers: simulatedContainers(world, streams),
    images: simulatedImages(pullError),
    streams,
    version: async () => ({ runtimeName: 'simulated', runtimeVersion: '1.0.0' }),
    status: async () => [
      { type: 'RuntimeReady', status: true, reason: '', message: '' },
      cidr() === undefined
        ? {
            type: 'NetworkReady',
            status: false,
            reason: 'NetworkPluginNotReady',
            message: 'the node has no pod range yet',
          }
        : { type: 'NetworkReady', status: true, reason: '', message: '' },
    ],
    events: (signal) => podChanges(subscribers, signal),
    async [Symbol.asyncDispose]() {
      for (const container of world.containers.values()) for (const cancel of container.atExit) cancel();
      world.containers.clear();
      world.sandboxes.clear();
    },
  };
}

async function* podChanges(
  subscribers: Set<(podUid: string) => void>,
  signal: AbortSignal,
): AsyncGenerator<{ podUid: string }> {
  const queue = new Set<string>();
  let wake = () => {};
  const tell = (podUid: string) => {
    queue.add(podUid);
    wake();
  };
  subscribers.add(tell);
  signal.addEventListener('abort', () => wake(), { once: true });
  try {
    while (!signal.aborted) {
      const [podUid] = queue;
      if (podUid === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      queue.delete(podUid);
      yield { podUid };
    }
  } finally {
    subscribers.delete(tell);
  }
}
