import type { Pod } from '#gen/core/v1.ts';
import { isSidecar, type NamedContainer } from '../pod/containers.ts';
import type { ContainerStatus } from '../runtimes/runtime.ts';

type Policy = 'Always' | 'OnFailure' | 'Never';

/** Container rules come first, then the container's policy, then the pod's; init containers never follow `Always`. */
function policyOf(pod: Pod, { kind, container }: NamedContainer, exitCode: number): Policy {
  if (kind === 'ephemeral') return 'Never';
  if (isSidecar(container)) return 'Always';
  const rule = container.restartPolicyRules?.find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) ?? false;
    return exitCodes?.operator === 'NotIn' ? !listed : listed;
  });
  if (rule?.action === 'Restart') return 'Always';
  const policy = (container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always') as Policy;
  return kind === 'init' && policy === 'Always' ? 'OnFailure' : policy;
}

/** Whether a container that is not running is due to run. Source: upstream ShouldContainerBeRestarted. */
export function shouldRun(pod: Pod, named: NamedContainer, status: ContainerStatus | undefined): boolean {
  if (!status) return true;
  if (status.state === 'running') return false;
  if (status.state !== 'exited') return true;
  const policy = policyOf(pod, named, status.exitCode);
  return policy === 'Always' || (policy === 'OnFailure' && status.exitCode !== 0);
}

/** Whether killing a running container leads to a new one. */
export const restartsAfterKill = (pod: Pod, named: NamedContainer): boolean => policyOf(pod, named, 137) !== 'Never';
