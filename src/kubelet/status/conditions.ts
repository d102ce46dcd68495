import type { ContainerStatus, Pod, PodCondition, PodStatus } from '#gen/core/v1.ts';
import { type AnyContainer, isSidecar } from '../pod/containers.ts';

type Draft = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;
type Phase = PodStatus['phase'];

/** Source: upstream pkg/kubelet/status/generate.go. */
export interface ConditionInput {
  readonly pod: Pod;
  readonly statuses: readonly ContainerStatus[];
  readonly phase: Phase;
  readonly hasSandbox: boolean;
  /** Conditions of others, such as readiness gates. */
  readonly others: readonly PodCondition[];
}

export function conditionDrafts(input: ConditionInput): readonly Draft[] {
  const containersReady = containersReadyOf(input);
  return [
    { type: 'PodReadyToStartContainers', status: input.hasSandbox ? 'True' : 'False' },
    initializedOf(input),
    readyOf(input, containersReady),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
  ];
}

const nameList = (title: string, names: readonly string[]): string[] =>
  names.length > 0 ? [`${title}: [${names.join(' ')}]`] : [];

function initializedOf({ pod, statuses, phase }: ConditionInput): Draft {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const byName = new Map(statuses.map((status) => [status.name, status]));
  const hasStarted = pod.spec.containers.some(({ name }) => {
    const status = byName.get(name);
    return status?.state?.running ?? status?.state?.terminated ?? status?.lastState?.terminated;
  });
  const init = hasStarted ? [] : (pod.spec.initContainers ?? []);
  const unknown = init.filter(({ name }) => !byName.has(name)).map(({ name }) => name);
  const incomplete = init.filter(
    (container) => byName.has(container.name) && !isInitialized(container, byName.get(container.name)),
  );
  const message = [
    ...nameList('containers with unknown status', unknown),
    ...nameList(
      'containers with incomplete status',
      incomplete.map(({ name }) => name),
    ),
  ].join(', ');
  return message ? { type, status: 'False', reason: 'ContainersNotInitialized', message } : { type, status: 'True' };
}

const isInitialized = (container: AnyContainer, status: ContainerStatus | undefined): boolean =>
  isSidecar(container) ? status?.started === true : status?.ready === true;

function containersReadyOf({ pod, statuses, phase }: ConditionInput): Draft {
  const type = 'ContainersReady';
  const byName = new Map(statuses.map((status) => [status.name, status]));
  const counted = [...(pod.spec.initContainers ?? []).filter(isSidecar), ...pod.spec.containers];
  const unknown = counted.filter(({ name }) => !byName.has(name)).map(({ name }) => name);
  const unready = counted.filter(({ name }) => byName.get(name)?.ready === false).map(({ name }) => name);
  if (phase === 'Succeeded' && unknown.length === 0) return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const message = [
    ...nameList('containers with unknown status', unknown),
    ...nameList('containers with unready status', unready),
  ].join(', ');
  return message ? { type, status: 'False', reason: 'ContainersNotReady', message } : { type, status: 'True' };
}

function readyOf({ pod, others }: ConditionInput, containersReady: Draft): Draft {
  const type = 'Ready';
  if (containersReady.status !== 'True') return { ...containersReady, type };
  const problems = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = others.find((condition) => condition.type === conditionType);
    if (!gate) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return gate.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  if (problems.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ReadinessGatesNotReady', message: problems.join(', ') };
}

/** Dates the drafts: the transition time moves only with the status. Conditions of others stay as they are. */
export function datedConditions(
  drafts: readonly Draft[],
  before: readonly PodCondition[],
  at: { now: string; generation: number | undefined },
): PodCondition[] {
  const own = new Set<string>(drafts.map(({ type }) => type));
  const dated = drafts.map((draft) => {
    const old = before.find(({ type }) => type === draft.type);
    const same = old?.status === draft.status && old.lastTransitionTime;
    return {
      ...draft,
      ...(at.generation !== undefined && { observedGeneration: at.generation }),
      lastTransitionTime: same ? same : at.now,
    };
  });
  return [...dated, ...before.filter(({ type }) => !own.has(type))];
}
