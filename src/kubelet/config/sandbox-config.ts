import type { Pod } from '#gen/core/v1.ts';
import type { KubeletContext } from '../context.ts';
import { podCgroup, podLogFolder } from '../paths.ts';
import { refOf } from '../pod/containers.ts';
import { sandboxLabels } from '../pod/labels.ts';
import type { SandboxConfig } from '../runtimes/runtime.ts';
import { podDns } from './dns.ts';
import { hostNamesOf } from './hostname.ts';
import { namespacesOf, sandboxSecurity } from './security-context.ts';

/** @throws {Error} for a host name that cannot be. */
export function sandboxConfig(
  pod: Pod,
  { attempt, runtimeHandler }: { attempt: number; runtimeHandler?: string | undefined },
  context: Pick<KubeletContext, 'rootDir' | 'dns' | 'security' | 'cgroupBase'>,
): SandboxConfig {
  const { initContainers = [], containers, hostNetwork } = pod.spec;
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const ports = hostNetwork ? [] : [...sidecars, ...containers].flatMap((container) => container.ports ?? []);
  return {
    pod: refOf(pod),
    attempt,
    hostname: hostNetwork ? '' : hostNamesOf(pod, context.dns.clusterDomain).hostname,
    logDirectory: podLogFolder(context.rootDir, pod),
    dns: podDns(pod, context.dns),
    portMappings: ports
      .filter(({ hostPort }) => hostPort)
      .map(({ protocol = 'TCP', containerPort, hostPort = 0, hostIP = '' }) => ({
        protocol,
        containerPort,
        hostPort,
        hostIP,
      })),
    labels: sandboxLabels(pod),
    annotations: pod.metadata.annotations ?? {},
    cgroupParent: podCgroup(context.cgroupBase, pod),
    namespaces: namespacesOf(pod),
    sysctls: Object.fromEntries(
      (pod.spec.securityContext?.sysctls ?? []).map(({ name, value }) => [name.replaceAll('/', '.'), value]),
    ),
    security: sandboxSecurity(pod, context.security),
    ...(runtimeHandler && { runtimeHandler }),
  };
}
