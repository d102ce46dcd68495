import type { Pod, Probe } from '#gen/core/v1.ts';
import type { AnyContainer } from '../pod/containers.ts';
import { portOf } from '../pod/ports.ts';
import type { ContainerService } from '../runtimes/runtime.ts';
import { grpcCheck } from './grpc.ts';
import { httpGet } from './http.ts';
import { tcpConnect } from './tcp.ts';

export interface ProbeTarget {
  readonly pod: Pod;
  readonly container: AnyContainer;
  readonly containerId: string;
  readonly podIP: string;
}

export interface ProbeAnswer {
  readonly isHealthy: boolean;
  readonly output: string;
}

/** Asks once. Never throws for a sick container. Source: upstream pkg/kubelet/prober/prober.go. */
export async function runProbe(probe: Probe, target: ProbeTarget, containers: ContainerService): Promise<ProbeAnswer> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  const { container, podIP } = target;
  try {
    if (probe.exec) return await execProbe(probe.exec.command ?? [], target, { containers, timeoutMs });
    if (probe.tcpSocket)
      await tcpConnect(probe.tcpSocket.host || podIP, portOf(container, probe.tcpSocket.port), timeoutMs);
    if (probe.grpc)
      await grpcCheck({ host: podIP, port: probe.grpc.port, service: probe.grpc.service ?? '', timeoutMs });
    if (probe.httpGet) return await httpProbe(probe.httpGet, target, timeoutMs);
    return { isHealthy: true, output: '' };
  } catch (error) {
    return { isHealthy: false, output: error instanceof Error ? error.message : String(error) };
  }
}

async function httpProbe(
  http: NonNullable<Probe['httpGet']>,
  { container, podIP }: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeAnswer> {
  const { statusCode, body } = await httpGet({
    scheme: http.scheme === 'HTTPS' ? 'HTTPS' : 'HTTP',
    host: http.host || podIP,
    port: portOf(container, http.port),
    path: http.path ?? '/',
    headers: Object.fromEntries((http.httpHeaders ?? []).map(({ name, value }) => [name, value])),
    timeoutMs,
  });
  if (statusCode >= 200 && statusCode < 400) return { isHealthy: true, output: body };
  return { isHealthy: false, output: `HTTP probe failed with statuscode: ${statusCode}` };
}

async function execProbe(
  command: readonly string[],
  { containerId }: ProbeTarget,
  { containers, timeoutMs }: { containers: ContainerService; timeoutMs: number },
): Promise<ProbeAnswer> {
  const result = await withinTime(containers.execSync(containerId, command, timeoutMs / 1000), timeoutMs, command);
  return {
    isHealthy: result.exitCode === 0,
    output: Buffer.concat([result.stdout, result.stderr])
      .toString()
      .slice(0, 10 * 1024),
  };
}

async function withinTime<T>(running: Promise<T>, timeoutMs: number, command: readonly string[]): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`command timed out: "${command.join(' ')}" timed out after ${timeoutMs / 1000}s`)),
      timeoutMs + 500,
    );
  });
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}
