import { join } from 'node:path';
import type { SecurityContext as ContainerSecurity, Pod, SeccompProfile } from '#gen/core/v1.ts';
import { type AnyContainer, formatPod } from '../pod/containers.ts';
import type { Image, Namespaces, SecurityContext } from '../runtimes/runtime.ts';
import { ContainerConfigError } from './errors.ts';

/** Container settings, with those of the pod where the container has none. Source: upstream DetermineEffectiveSecurityContext. */
export function effectiveSecurity(pod: Pod, container: AnyContainer): ContainerSecurity {
  const { runAsUser, runAsGroup, runAsNonRoot, seccompProfile } = pod.spec.securityContext ?? {};
  const inherited: ContainerSecurity = {
    ...(runAsUser !== undefined && { runAsUser }),
    ...(runAsGroup !== undefined && { runAsGroup }),
    ...(runAsNonRoot !== undefined && { runAsNonRoot }),
    ...(seccompProfile && { seccompProfile }),
  };
  const own = Object.entries(container.securityContext ?? {}).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  return { ...inherited, ...(Object.fromEntries(own) as ContainerSecurity) };
}

/** @throws {ContainerConfigError} when the container would run as root against its own wish. */
export function verifyNonRoot(pod: Pod, container: AnyContainer, image: Pick<Image, 'uid' | 'username'>): void {
  const { runAsNonRoot, runAsUser } = effectiveSecurity(pod, container);
  if (!runAsNonRoot) return;
  const who = `(pod: "${formatPod(pod)}", container: ${container.name})`;
  if (runAsUser !== undefined) {
    if (runAsUser === 0) throw new ContainerConfigError(`container's runAsUser breaks non-root policy ${who}`);
    return;
  }
  if (image.uid !== undefined && image.uid !== 0) return;
  if (image.uid === undefined && image.username) {
    throw new ContainerConfigError(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${who}`,
    );
  }
  throw new ContainerConfigError(`container has runAsNonRoot and image will run as root ${who}`);
}

export interface SecuritySettings {
  /** Where `Localhost` seccomp profiles lie. */
  readonly seccompRoot: string;
  /** Whether a pod that names no profile gets the runtime's. Upstream's `seccompDefault`; default false. */
  readonly seccompDefault?: boolean | undefined;
}

function seccompOf(profile: SeccompProfile | undefined, settings: SecuritySettings): SecurityContext['seccomp'] {
  if (profile?.type === 'Localhost')
    return { type: 'Localhost', path: join(settings.seccompRoot, profile.localhostProfile ?? '') };
  if (profile?.type === 'RuntimeDefault' || (!profile && settings.seccompDefault)) return { type: 'RuntimeDefault' };
  return { type: 'Unconfined' };
}

/** What /proc hides from an ordinary container. Source: upstream pkg/securitycontext/util.go. */
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

export function supplementalGroupsOf(pod: Pod): readonly number[] {
  const { fsGroup, supplementalGroups = [] } = pod.spec.securityContext ?? {};
  return [...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups];
}

/** A group counts only beside a user. */
function userOf(
  { runAsUser, runAsGroup }: ContainerSecurity,
  image: Image | undefined,
): Pick<SecurityContext, 'runAsUser' | 'runAsGroup' | 'runAsUsername'> {
  const user = runAsUser ?? (image?.username ? undefined : image?.uid);
  if (user === undefined) return image?.username ? { runAsUsername: image.username } : {};
  return { runAsUser: user, ...(runAsGroup !== undefined && { runAsGroup }) };
}

export function containerSecurity(
  pod: Pod,
  container: AnyContainer,
  settings: SecuritySettings & { image?: Image | undefined },
): SecurityContext {
  const security = effectiveSecurity(pod, container);
  const privileged = security.privileged === true;
  const { image } = settings;
  const hidesProc = !privileged && security.procMount !== 'Unmasked';
  return {
    privileged,
    ...userOf(security, image),
    supplementalGroups: supplementalGroupsOf(pod),
    readonlyRootfs: security.readOnlyRootFilesystem === true,
    noNewPrivs: security.allowPrivilegeEscalation === false,
    addCapabilities: security.capabilities?.add ?? [],
    dropCapabilities: security.capabilities?.drop ?? [],
    seccomp: privileged ? { type: 'Unconfined' } : seccompOf(security.seccompProfile, settings),
    ...(!privileged && { maskedPaths: hidesProc ? MASKED_PATHS : [], readonlyPaths: hidesProc ? READONLY_PATHS : [] }),
  };
}

export function sandboxSecurity(pod: Pod, settings: SecuritySettings): SecurityContext {
  const { runAsUser, runAsGroup, seccompProfile } = pod.spec.securityContext ?? {};
  const { initContainers = [], containers } = pod.spec;
  return {
    privileged: [...initContainers, ...containers].some((container) => container.securityContext?.privileged === true),
    ...(runAsUser !== undefined && { runAsUser }),
    ...(runAsGroup !== undefined && runAsUser !== undefined && { runAsGroup }),
    supplementalGroups: supplementalGroupsOf(pod),
    readonlyRootfs: false,
    noNewPrivs: false,
    addCapabilities: [],
    dropCapabilities: [],
    seccomp: seccompProfile?.type === 'Localhost' ? seccompOf(seccompProfile, settings) : { type: 'RuntimeDefault' },
  };
}

export function namespacesOf(pod: Pod): Namespaces {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace } = pod.spec;
  const shared = shareProcessNamespace ? 'POD' : 'CONTAINER';
  return { network: hostNetwork ? 'NODE' : 'POD', pid: hostPID ? 'NODE' : shared, ipc: hostIPC ? 'NODE' : 'POD' };
}
