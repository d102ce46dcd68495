import type { Pod } from '#gen/core/v1.ts';
import { containerConfig } from '../config/container-config.ts';
import { ContainerConfigError } from '../config/errors.ts';
import type { KubeletContext } from '../context.ts';
import { fieldPathOf, formatPod, type NamedContainer, uidOf } from '../pod/containers.ts';
import { hashOf } from '../pod/labels.ts';
import { goDuration } from '../pod/time.ts';
import type { SandboxConfig } from '../runtimes/runtime.ts';
import type { MountedVolume } from '../volumes/volume.ts';
import { latestContainer, type PodState } from './pod-state.ts';
import { StartFailed } from './start-failed.ts';

export interface StartInput {
  readonly pod: Pod;
  readonly named: NamedContainer;
  readonly state: PodState;
  readonly sandboxId: string;
  readonly sandbox: SandboxConfig;
  readonly podIPs: readonly string[];
  readonly volumes: ReadonlyMap<string, MountedVolume>;
  readonly signal: AbortSignal;
}

/** Back-off, image, create, start, postStart. @throws {StartFailed} with what the waiting state shows. */
export async function startContainer(input: StartInput, context: KubeletContext): Promise<void> {
  const { pod, named, state, signal } = input;
  const { runtime, puller } = context;
  const previous = latestContainer(state, named.container.name);
  backOff(input, context);
  const tell = teller(input, context);
  const image = await puller.ensure(pod, named).catch((error: unknown) => {
    if (error instanceof StartFailed) tell('Warning', 'Failed', `Error: ${error.reason}`);
    throw error;
  });
  signal.throwIfAborted();
  const attempt = previous ? previous.attempt + 1 : 0;
  const target =
    'targetContainerName' in named.container
      ? latestContainer(state, named.container.targetContainerName ?? '')?.id
      : undefined;
  const config = await containerConfig({ ...input, attempt, image, targetContainerId: target }, context).catch(
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      tell('Warning', 'Failed', `Error: ${message}`);
      throw new StartFailed(
        error instanceof ContainerConfigError ? 'CreateContainerConfigError' : 'CreateContainerError',
        message,
      );
    },
  );
  const id = await attemptTo('CreateContainerError', tell, () =>
    runtime.containers.create(input.sandboxId, config, input.sandbox),
  );
  tell('Normal', 'Created', 'Container created');
  await attemptTo('RunContainerError', tell, () => runtime.containers.start(id));
  tell('Normal', 'Started', 'Container started');
  await postStart(input, id, context);
}

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

const teller =
  ({ pod, named }: StartInput, { events }: KubeletContext): Tell =>
  (type, reason, message) =>
    events.event(pod, { type, reason, message, fieldPath: fieldPathOf(named) });

async function attemptTo<T>(reason: string, tell: Tell, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const message = wordsOf(error);
    tell('Warning', 'Failed', `Error: ${message}`);
    throw new StartFailed(reason, message);
  }
}

/** The runtime's words without the gRPC code, which upstream's kubelet strips as well. */
function wordsOf(error: unknown): string {
  if (error instanceof Error && 'description' in error && typeof error.description === 'string')
    return error.description;
  return error instanceof Error ? error.message : String(error);
}

function backOff({ pod, named, state }: StartInput, { restarts, events }: KubeletContext): void {
  const { name } = named.container;
  const ended = state.containers.find((container) => container.name === name && container.state === 'exited');
  if (!ended) return;
  const key = `${uidOf(pod)}/${name}/${hashOf(named.container)}`;
  const waitMs = restarts.waitMs(key, ended.finishedAtMs);
  if (waitMs === 0) {
    restarts.next(key, ended.finishedAtMs);
    return;
  }
  events.event(pod, {
    type: 'Warning',
    reason: 'BackOff',
    message: `Back-off restarting failed container ${name} in pod ${formatPod(pod)}`,
    fieldPath: fieldPathOf(named),
  });
  const message = `back-off ${goDuration(restarts.delayMs(key))} restarting failed container=${name} pod=${formatPod(pod)}`;
  throw new StartFailed('CrashLoopBackOff', message, waitMs);
}

async function postStart(input: StartInput, containerId: string, context: KubeletContext): Promise<void> {
  const { pod, named, podIPs, signal } = input;
  const hook = named.container.lifecycle?.postStart;
  if (!hook) return;
  const podIP = (pod.spec.hostNetwork ? context.nodeIPs[0] : podIPs[0]) ?? '';
  try {
    await context.handlers(hook, { pod, container: named.container, containerId, podIP }, signal);
  } catch {
    const tell = teller(input, context);
    tell('Warning', 'FailedPostStartHook', 'PostStartHook failed');
    tell('Normal', 'Killing', 'FailedPostStartHook');
    await context.runtime.containers.stop(containerId, pod.spec.terminationGracePeriodSeconds ?? 30);
    throw new StartFailed('PostStartHookError', 'PostStartHook failed');
  }
}
