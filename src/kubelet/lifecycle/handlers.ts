import type { Clock } from '#base/clock.ts';
import type { LifecycleHandler, Pod } from '#gen/core/v1.ts';
import { type AnyContainer, formatPod } from '../pod/containers.ts';
import { portOf } from '../pod/ports.ts';
import { httpGet } from '../probes/http.ts';
import { tcpConnect } from '../probes/tcp.ts';
import type { ContainerService } from '../runtimes/runtime.ts';

export interface HookTarget {
  readonly pod: Pod;
  readonly container: AnyContainer;
  readonly containerId: string;
  readonly podIP: string;
}

/** Runs lifecycle hooks. @throws with what to tell the user. */
export type HandlerRunner = (handler: LifecycleHandler, target: HookTarget, signal?: AbortSignal) => Promise<void>;

const HOOK_TIMEOUT_MS = 30_000;
/** The runtime takes 0 as no limit; a hook is bounded by the pod's grace period. */
const UNLIMITED = 0;

export function createHandlerRunner(containers: ContainerService, clock: Clock): HandlerRunner {
  return async ({ exec, httpGet: http, tcpSocket, sleep }, { pod, container, containerId, podIP }, signal) => {
    if (exec) {
      const { exitCode, stdout, stderr } = await containers.execSync(containerId, exec.command ?? [], UNLIMITED);
      if (exitCode === 0) return;
      const output = Buffer.concat([stdout, stderr]).toString();
      throw new Error(
        `command '${(exec.command ?? []).join(' ')}' exited with ${exitCode}: ${output}, message: ${JSON.stringify(output)}`,
      );
    }
    if (sleep) return clock.sleep(sleep.seconds * 1000, signal);
    if (tcpSocket) return tcpConnect(tcpSocket.host ?? podIP, portOf(container, tcpSocket.port), HOOK_TIMEOUT_MS);
    if (!http) throw new Error(`invalid handler: no actions specified in pod ${formatPod(pod)}`);
    const { statusCode } = await httpGet({
      scheme: http.scheme === 'HTTPS' ? 'HTTPS' : 'HTTP',
      host: http.host || podIP,
      port: portOf(container, http.port),
      path: http.path ?? '/',
      headers: Object.fromEntries((http.httpHeaders ?? []).map(({ name, value }) => [name, value])),
      timeoutMs: HOOK_TIMEOUT_MS,
    });
    if (statusCode >= 400) throw new Error(`HTTP hook failed with statuscode: ${statusCode}`);
  };
}
