import type { Job, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule } from '#gen/batch/v1.ts';
import type { ContainerStatus, Pod } from '#gen/core/v1.ts';

export type FailureAction = { readonly action: PodFailurePolicyRule['action']; readonly message: string } | undefined;

/** What the job's policy says of a failed pod; undefined where no rule matches. Source: pkg/controller/job/pod_failure_policy.go. */
export function failureAction(job: Job, pod: Pod): FailureAction {
  const rules = job.spec.podFailurePolicy?.rules ?? [];
  for (const [index, rule] of rules.entries()) {
    const why = matches(rule, pod);
    if (why) return { action: rule.action, message: `${why} matching ${rule.action} rule at index ${index}` };
  }
  return undefined;
}

function matches(rule: PodFailurePolicyRule, pod: Pod): string | undefined {
  const { namespace, name } = pod.metadata;
  if (rule.onExitCodes) {
    const found = containersOf(pod).find((status) => fits(rule.onExitCodes, status));
    const code = found?.state?.terminated?.exitCode;
    return found && `Container ${found.name} for pod ${namespace}/${name} failed with exit code ${code}`;
  }
  for (const { type, status = 'True' } of rule.onPodConditions ?? []) {
    const found = pod.status?.conditions?.some((each) => each.type === type && each.status === status);
    if (found) return `Pod ${namespace}/${name} has condition ${type}`;
  }
  return undefined;
}

const containersOf = ({ status }: Pod): ContainerStatus[] => [
  ...(status?.containerStatuses ?? []),
  ...(status?.initContainerStatuses ?? []),
];

function fits(wanted: PodFailurePolicyOnExitCodesRequirement | undefined, { name, state }: ContainerStatus): boolean {
  const code = state?.terminated?.exitCode;
  if (!wanted || code === undefined || code === 0) return false;
  if (wanted.containerName && wanted.containerName !== name) return false;
  return wanted.values.includes(code) === (wanted.operator === 'In');
}
