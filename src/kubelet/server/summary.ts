import { loadavg } from 'node:os';
import { uidOf } from '../pod/containers.ts';
import { wireTime } from '../pod/time.ts';
import type { ContainerStats } from '../runtimes/runtime.ts';
import type { ServerDeps } from './deps.ts';
import { nodeUsage } from './node-usage.ts';

/** Upstream's stats/v1alpha1 Summary: usage of the node and of each pod and container. */
export async function summary({ runtime, pods, nodeName, clock }: ServerDeps): Promise<object> {
  const stats = await runtime.containers.stats();
  const usage = await nodeUsage();
  const time = wireTime(clock.now());
  return {
    node: {
      nodeName,
      cpu: { time, usageCoreNanoSeconds: usage.cpuNanos, usageNanoCores: Math.round((loadavg()[0] ?? 0) * 1e9) },
      memory: {
        time,
        workingSetBytes: usage.workingSetBytes,
        availableBytes: usage.availableBytes,
        usageBytes: usage.usageBytes,
      },
    },
    pods: pods().map((pod) => {
      const own = stats.filter(({ podUid }) => podUid === uidOf(pod));
      return {
        podRef: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: uidOf(pod) },
        startTime: pod.status?.startTime,
        containers: own.map(containerSummary),
        cpu: { time, usageCoreNanoSeconds: sum(own, 'cpuUsageNanos') },
        memory: {
          time,
          workingSetBytes: sum(own, 'memoryWorkingSetBytes'),
          usageBytes: sum(own, 'memoryUsageBytes'),
          rssBytes: sum(own, 'memoryRssBytes'),
        },
      };
    }),
  };
}

type Amount = 'cpuUsageNanos' | 'memoryWorkingSetBytes' | 'memoryUsageBytes' | 'memoryRssBytes';

export const sum = (stats: readonly ContainerStats[], field: Amount): number =>
  stats.reduce((total, entry) => total + entry[field], 0);

const containerSummary = (stats: ContainerStats): object => {
  const time = wireTime(stats.timestampMs);
  return {
    name: stats.name,
    cpu: { time, usageCoreNanoSeconds: stats.cpuUsageNanos },
    memory: {
      time,
      workingSetBytes: stats.memoryWorkingSetBytes,
      usageBytes: stats.memoryUsageBytes,
      rssBytes: stats.memoryRssBytes,
    },
    rootfs: { time, usedBytes: stats.writableLayerBytes, inodesUsed: stats.writableLayerInodes },
  };
};
