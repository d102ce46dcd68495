import type { ContainerRuntime, RuntimeCondition, RuntimeDeps } from '../runtime.ts';
import { attachToContainer } from './attach.ts';
import { criContainers } from './containers.ts';
import { openCri } from './cri.ts';
import { podEvents } from './events.ts';
import { execInContainer } from './exec.ts';
import { criImages } from './images.ts';
import { forwardPort } from './port-forward.ts';
import { criSandboxes } from './sandboxes.ts';

export interface ContainerdDeps extends RuntimeDeps {
  /** Path of containerd's unix socket. */
  readonly socket: string;
}

/** Containers of a real containerd, over the CRI and (for exec, events and image import) containerd's own API. */
export function containerdRuntime({ socket, log }: ContainerdDeps): ContainerRuntime {
  const cri = openCri(socket);
  const sandboxes = criSandboxes(cri);
  const containers = criContainers(cri);
  return {
    name: 'containerd',
    sandboxes,
    containers,
    images: criImages(cri),
    streams: {
      exec: (containerId, request) => execInContainer(cri, containerId, request),
      attach: (containerId, request) => attachToContainer(cri, containerId, request),
      portForward: (sandboxId, port) => forwardPort(cri, sandboxId, port),
    },
    version: () => cri.runtime('Version', { version: 'v1' }),
    async status() {
      const { status } = await cri.runtime<{ status: { conditions: readonly RuntimeCondition[] } }>('Status', {});
      return status.conditions;
    },
    events: (signal) => podEvents({ cri, sandboxes, containers, log }, signal),
    [Symbol.asyncDispose]: () => cri.channel[Symbol.asyncDispose](),
  };
}
