import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Container, ContainerService, ContainerState, ContainerStats, ContainerStatus } from '../runtime.ts';
import { type Cri, isNotFound, unlessGone } from './cri.ts';
import type {
  ContainerMessage,
  ContainerStatsMessage,
  ContainerStatusMessage,
  ContainerStatusResponse,
} from './messages.ts';
import { POD_UID_LABEL, toContainerMessage, toResourcesMessage, toSandboxMessage } from './to-cri.ts';

/** How long a call may take beyond the time that the caller grants the container. */
const SLACK_MS = 120_000;

export function criContainers(cri: Cri): ContainerService {
  return {
    async create(podSandboxId, config, sandbox) {
      await mkdir(dirname(join(sandbox.logDirectory, config.logPath)), { recursive: true, mode: 0o755 });
      const request = {
        podSandboxId,
        config: toContainerMessage(config, sandbox.pod),
        sandboxConfig: toSandboxMessage(sandbox),
      };
      return (await cri.runtime<{ containerId: string }>('CreateContainer', request)).containerId;
    },
    async start(containerId) {
      await cri.runtime('StartContainer', { containerId });
    },
    stop: (containerId, graceSeconds) =>
      unlessGone(
        cri.runtime(
          'StopContainer',
          { containerId, timeout: graceSeconds },
          { timeoutMs: graceSeconds * 1000 + SLACK_MS },
        ),
      ),
    remove: (containerId) => unlessGone(cri.runtime('RemoveContainer', { containerId })),
    async list() {
      const { containers } = await cri.runtime<{ containers: readonly ContainerMessage[] }>('ListContainers', {});
      return containers.map(fromContainer);
    },
    status: (containerId) => containerStatus(cri, containerId),
    async updateResources(containerId, resources) {
      await cri.runtime('UpdateContainerResources', { containerId, linux: toResourcesMessage(resources) });
    },
    execSync(containerId, command, timeoutSeconds) {
      const timeoutMs = timeoutSeconds > 0 ? timeoutSeconds * 1000 + SLACK_MS : undefined;
      return cri.runtime('ExecSync', { containerId, cmd: command, timeout: timeoutSeconds }, { timeoutMs });
    },
    async reopenLog(containerId) {
      await cri.runtime('ReopenContainerLog', { containerId });
    },
    async stats() {
      const { stats } = await cri.runtime<{ stats: readonly ContainerStatsMessage[] }>('ListContainerStats', {});
      return stats.map(fromStats);
    },
  };
}

async function containerStatus(cri: Cri, containerId: string): Promise<ContainerStatus | undefined> {
  try {
    const request = { containerId, verbose: true };
    const { status, info } = await cri.runtime<ContainerStatusResponse>('ContainerStatus', request);
    const { sandboxID = '' } = JSON.parse(info.info ?? '{}') as { sandboxID?: string };
    return fromStatus(status, sandboxID);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

const STATES: Readonly<Record<ContainerMessage['state'], ContainerState>> = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'unknown',
};

const toMs = (nanoseconds: number) => Math.floor(nanoseconds / 1e6);

function fromContainer(message: ContainerMessage): Container {
  return {
    id: message.id,
    name: message.metadata.name,
    attempt: message.metadata.attempt,
    sandboxId: message.podSandboxId,
    podUid: message.labels[POD_UID_LABEL] ?? '',
    state: STATES[message.state],
    createdAtMs: toMs(message.createdAt),
    labels: message.labels,
    annotations: message.annotations,
  };
}

function fromStatus(message: ContainerStatusMessage, podSandboxId: string): ContainerStatus {
  // A child that ran out of memory leaves its reason on a container that still runs.
  const hasExited = message.state === 'CONTAINER_EXITED';
  return {
    ...fromContainer({ ...message, podSandboxId }),
    image: message.image?.image ?? '',
    imageRef: message.imageRef,
    startedAtMs: toMs(message.startedAt),
    finishedAtMs: toMs(message.finishedAt),
    exitCode: message.exitCode,
    reason: hasExited ? message.reason : '',
    message: hasExited ? message.message : '',
    logPath: message.logPath,
  };
}

/** Wrapped numbers are absent where the runtime has not measured yet. */
const valueOf = (wrapped: { readonly value: number } | null | undefined) => wrapped?.value ?? 0;

function fromStats({ attributes, cpu, memory, writableLayer }: ContainerStatsMessage): ContainerStats {
  return {
    containerId: attributes.id,
    podUid: attributes.labels[POD_UID_LABEL] ?? '',
    name: attributes.metadata.name,
    timestampMs: toMs(cpu?.timestamp ?? 0),
    cpuUsageNanos: valueOf(cpu?.usageCoreNanoSeconds),
    memoryWorkingSetBytes: valueOf(memory?.workingSetBytes),
    memoryUsageBytes: valueOf(memory?.usageBytes),
    memoryRssBytes: valueOf(memory?.rssBytes),
    writableLayerBytes: valueOf(writableLayer?.usedBytes),
    writableLayerInodes: valueOf(writableLayer?.inodesUsed),
  };
}
