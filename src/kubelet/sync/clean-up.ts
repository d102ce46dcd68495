import { rm } from 'node:fs/promises';
import type { KubeletContext } from '../context.ts';
import { podFolder } from '../paths.ts';
import type { PodRef } from '../runtimes/runtime.ts';
import { removeUnmounted } from '../volumes/mounts.ts';
import { forgetTokens } from '../volumes/service-account-token.ts';

/** Removes all traces of a pod whose containers have stopped: containers, sandboxes, volumes, logs and cgroup. */
export async function cleanUpPod(
  pod: PodRef,
  at: { context: KubeletContext; cgroup?: string; logFolder: string },
): Promise<void> {
  const { runtime, rootDir, cgroups, puller, restarts, client, probes } = at.context;
  const [containers, sandboxes] = await Promise.all([runtime.containers.list(), runtime.sandboxes.list()]);
  for (const { id, podUid } of containers) if (podUid === pod.uid) await runtime.containers.remove(id);
  for (const sandbox of sandboxes) {
    if (sandbox.pod.uid !== pod.uid) continue;
    await runtime.sandboxes.stop(sandbox.id);
    await runtime.sandboxes.remove(sandbox.id);
  }
  await removeUnmounted(podFolder(rootDir, pod.uid));
  await rm(at.logFolder, { recursive: true, force: true });
  if (at.cgroup) await cgroups.remove(at.cgroup);
  puller.forget(pod.uid);
  restarts.forget(`${pod.uid}/`);
  probes.forget(pod.uid);
  forgetTokens(client, pod.uid);
}
