import type { Pod } from '#gen/core/v1.ts';
import type { KubeletContext } from '../context.ts';
import { fieldPathOf, findContainer, isSidecar } from '../pod/containers.ts';
import type { ContainerStatus } from '../runtimes/runtime.ts';
import { type PodState, podIPsOf } from './pod-state.ts';

export interface KillInput {
  readonly pod: Pod;
  readonly status: ContainerStatus;
  readonly message: string;
  readonly graceSeconds: number;
  readonly podIP: string;
}

/** PreStop, then the stop signal with what is left of the grace. Source: upstream killContainer. */
export async function killContainer(
  { pod, status, message, graceSeconds, podIP }: KillInput,
  context: KubeletContext,
): Promise<void> {
  const named = findContainer(pod, status.name);
  const { events, runtime, clock, handlers } = context;
  const about = named && { fieldPath: fieldPathOf(named) };
  events.event(pod, { type: 'Normal', reason: 'Killing', message, ...about });
  const hook = named?.container.lifecycle?.preStop;
  const startedMs = clock.now();
  if (hook && named && graceSeconds > 0) {
    const late = new AbortController();
    const cancel = clock.after(graceSeconds * 1000, () => late.abort());
    try {
      const running = handlers(hook, { pod, container: named.container, containerId: status.id, podIP }, late.signal);
      await Promise.race([
        running,
        new Promise<void>((resolve) => late.signal.addEventListener('abort', () => resolve(), { once: true })),
      ]);
      await (late.signal.aborted ? running.catch(() => {}) : running);
    } catch {
      events.event(pod, { type: 'Warning', reason: 'FailedPreStopHook', message: 'PreStopHook failed', ...about });
    } finally {
      cancel();
    }
  }
  const spentSeconds = Math.floor((clock.now() - startedMs) / 1000);
  const least = graceSeconds === 0 ? 0 : 2;
  await runtime.containers.stop(status.id, Math.max(least, graceSeconds - spentSeconds));
}

/** Kills all that runs, sidecars only after the rest and in reverse order, then stops every sandbox. */
export async function killPod(
  pod: Pod,
  state: PodState,
  kill: { graceSeconds: number; context: KubeletContext },
): Promise<void> {
  const { graceSeconds, context } = kill;
  const podIP = podIPsOf(state)[0] ?? '';
  const running = state.containers.filter((status) => status.state === 'running' || status.state === 'unknown');
  const startedMs = context.clock.now();
  const end = (status: ContainerStatus) => {
    const spent = Math.floor((context.clock.now() - startedMs) / 1000);
    const left = graceSeconds === 0 ? 0 : Math.max(1, graceSeconds - spent);
    return killContainer(
      { pod, status, podIP, graceSeconds: left, message: `Stopping container ${status.name}` },
      context,
    );
  };
  const order = (pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name);
  const sidecars = running.filter(({ name }) => order.includes(name));
  await Promise.all(running.filter((status) => !sidecars.includes(status)).map(end));
  for (const name of order.toReversed()) await Promise.all(sidecars.filter((status) => status.name === name).map(end));
  for (const sandbox of state.sandboxes) await context.runtime.sandboxes.stop(sandbox.id);
}
