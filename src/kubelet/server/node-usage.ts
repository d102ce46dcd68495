import { readFile } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';

/** What the whole machine uses, from /proc where there is one. */
export async function nodeUsage(): Promise<{
  cpuNanos: number;
  workingSetBytes: number;
  usageBytes: number;
  availableBytes: number;
}> {
  const busyMs = cpus().reduce((total, { times }) => total + times.user + times.nice + times.sys + times.irq, 0);
  const info = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const available = Number(/^MemAvailable:\s+(\d+)/m.exec(info)?.[1] ?? 0) * 1024 || freemem();
  return {
    cpuNanos: busyMs * 1e6,
    availableBytes: available,
    workingSetBytes: totalmem() - available,
    usageBytes: totalmem() - freemem(),
  };
}
