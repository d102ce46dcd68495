import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { namespaceOf, uidOf } from '../pod/containers.ts';
import type { ServerDeps } from './deps.ts';
import { nodeUsage } from './node-usage.ts';
import { sum } from './summary.ts';

/** What the metrics server scrapes; names and labels are upstream's. */
export async function resourceMetrics({ runtime, pods }: ServerDeps): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const stats = await runtime.containers.stats();
  const usage = await nodeUsage();
  gauge('node_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the node in core-seconds').set(
    usage.cpuNanos / 1e9,
  );
  gauge('node_memory_working_set_bytes', 'Current working set of the node in bytes').set(usage.workingSetBytes);
  const of = ['container', 'namespace', 'pod'];
  const cpu = gauge(
    'container_cpu_usage_seconds_total',
    'Cumulative cpu time consumed by the container in core-seconds',
    of,
  );
  const memory = gauge('container_memory_working_set_bytes', 'Current working set of the container in bytes', of);
  const podCpu = gauge(
    'pod_cpu_usage_seconds_total',
    'Cumulative cpu time consumed by the pod in core-seconds',
    of.slice(1),
  );
  const podMemory = gauge('pod_memory_working_set_bytes', 'Current working set of the pod in bytes', of.slice(1));
  for (const pod of pods()) {
    const own = stats.filter(({ podUid }) => podUid === uidOf(pod));
    const labels = { namespace: namespaceOf(pod), pod: pod.metadata.name };
    for (const entry of own) {
      cpu.set({ ...labels, container: entry.name }, entry.cpuUsageNanos / 1e9);
      memory.set({ ...labels, container: entry.name }, entry.memoryWorkingSetBytes);
    }
    if (own.length === 0) continue;
    podCpu.set(labels, sum(own, 'cpuUsageNanos') / 1e9);
    podMemory.set(labels, sum(own, 'memoryWorkingSetBytes'));
  }
  gauge('resource_scrape_error', '1 if there was an error while getting container metrics, 0 otherwise').set(0);
  return registry.metrics();
}

export async function prometheusText({ runtime, pods, nodeName }: ServerDeps): Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const containers = await runtime.containers.list();
  new Gauge({
    name: 'kubelet_node_name',
    help: "The node's name. The count is always 1.",
    labelNames: ['node'],
    registers: [registry],
  }).set({ node: nodeName }, 1);
  gauge('kubelet_running_pods', 'Number of pods that have a running pod sandbox').set(pods().length);
  gauge('kubelet_running_containers', 'Number of containers currently running').set(
    containers.filter(({ state }) => state === 'running').length,
  );
  return registry.metrics();
}
