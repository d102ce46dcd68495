import type {
  ContainerConfig,
  ContainerResources,
  Namespaces,
  PodRef,
  SandboxConfig,
  SecurityContext,
} from '../runtime.ts';

/** Labels by which containers are found again; the kubelet's own, set here in case the caller did not. */
export const POD_UID_LABEL = 'io.kubernetes.pod.uid';
const POD_NAME_LABEL = 'io.kubernetes.pod.name';
const POD_NAMESPACE_LABEL = 'io.kubernetes.pod.namespace';
const CONTAINER_NAME_LABEL = 'io.kubernetes.container.name';

const podLabels = (pod: PodRef) => ({
  [POD_NAME_LABEL]: pod.name,
  [POD_NAMESPACE_LABEL]: pod.namespace,
  [POD_UID_LABEL]: pod.uid,
});

/** The CRI's PodSandboxConfig. */
export function toSandboxMessage(config: SandboxConfig): object {
  return {
    metadata: { ...config.pod, attempt: config.attempt },
    hostname: config.hostname,
    logDirectory: config.logDirectory,
    ...(config.dns && { dnsConfig: config.dns }),
    portMappings: config.portMappings.map(({ hostIP, ...mapping }) => ({ ...mapping, hostIp: hostIP })),
    labels: { ...podLabels(config.pod), ...config.labels },
    annotations: config.annotations,
    linux: {
      cgroupParent: config.cgroupParent,
      sysctls: config.sysctls,
      securityContext: { ...commonSecurity(config.security), namespaceOptions: namespaceOptions(config.namespaces) },
    },
  };
}

/** The CRI's ContainerConfig. */
export function toContainerMessage(config: ContainerConfig, pod: PodRef): object {
  const { security } = config;
  const { targetContainerId, ...namespaces } = config.namespaces;
  return {
    metadata: { name: config.name, attempt: config.attempt },
    image: { image: config.image },
    command: config.command,
    args: config.args,
    workingDir: config.workingDir,
    envs: config.envs.map(({ key, value }) => ({ key, value: Buffer.from(value) })),
    mounts: config.mounts.map((mount) => ({ ...mount, propagation: `PROPAGATION_${mount.propagation}` })),
    devices: config.devices,
    labels: { ...podLabels(pod), [CONTAINER_NAME_LABEL]: config.name, ...config.labels },
    annotations: config.annotations,
    logPath: config.logPath,
    stdin: config.stdin,
    stdinOnce: config.stdinOnce,
    tty: config.tty,
    linux: {
      resources: toResourcesMessage(config.resources),
      securityContext: {
        ...commonSecurity(security),
        ...(security.runAsUsername !== undefined && { runAsUsername: security.runAsUsername }),
        noNewPrivs: security.noNewPrivs,
        capabilities: {
          addCapabilities: security.addCapabilities,
          dropCapabilities: security.dropCapabilities,
        },
        ...procPaths(security),
        namespaceOptions: namespaceOptions(namespaces, targetContainerId),
      },
    },
  };
}

export function toResourcesMessage(resources: ContainerResources): object {
  return {
    ...(resources.cpuShares !== undefined && { cpuShares: resources.cpuShares }),
    ...(resources.cpuQuota !== undefined && { cpuQuota: resources.cpuQuota }),
    ...(resources.cpuPeriod !== undefined && { cpuPeriod: resources.cpuPeriod }),
    ...(resources.memoryLimitBytes !== undefined && { memoryLimitInBytes: resources.memoryLimitBytes }),
    ...(resources.oomScoreAdj !== undefined && { oomScoreAdj: resources.oomScoreAdj }),
  };
}

function commonSecurity(security: SecurityContext): object {
  return {
    privileged: security.privileged,
    ...(security.runAsUser !== undefined && { runAsUser: { value: security.runAsUser } }),
    ...(security.runAsGroup !== undefined && { runAsGroup: { value: security.runAsGroup } }),
    supplementalGroups: security.supplementalGroups,
    readonlyRootfs: security.readonlyRootfs,
    // A privileged container is never confined, whatever its profile says.
    seccomp: security.privileged ? { profileType: 'Unconfined' } : seccompProfile(security.seccomp),
  };
}

function seccompProfile(seccomp: SecurityContext['seccomp']): object {
  if (seccomp.type === 'Localhost') return { profileType: 'Localhost', localhostRef: seccomp.path };
  return { profileType: seccomp.type };
}

function namespaceOptions({ network, pid, ipc }: Namespaces, targetId?: string): object {
  return { network, ipc, pid: targetId === undefined ? pid : 'TARGET', ...(targetId !== undefined && { targetId }) };
}

/** What an ordinary container must not see of /proc and /sys. Source: upstream pkg/securitycontext, ProcMount Default. */
const MASKED_PATHS = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

function procPaths({ privileged, maskedPaths, readonlyPaths }: SecurityContext): object {
  if (privileged) return {};
  return { maskedPaths: maskedPaths ?? MASKED_PATHS, readonlyPaths: readonlyPaths ?? READONLY_PATHS };
}
