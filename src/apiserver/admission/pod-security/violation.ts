import type { Container, EphemeralContainer, PodSpec } from '#gen/core/v1.ts';
import type { ObjectMeta } from '#gen/meta/v1.ts';

/** What a pod must not do, and where it does. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export interface JudgedPod {
  readonly metadata: Partial<ObjectMeta>;
  readonly spec: PodSpec;
  /** Minor version of the policy: checks have changed with time. */
  readonly minor: number;
}

/** Source: pod-security-admission policy, Check. */
export type PodCheck = (pod: JudgedPod) => Violation | undefined;

export type AnyContainer = Container | EphemeralContainer;

/** Init containers first, ephemeral ones last. */
export function containersOf(spec: PodSpec): AnyContainer[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

export const quoted = (names: Iterable<string>): string => [...names].map((name) => JSON.stringify(name)).join(', ');
export const sortedSet = (values: Iterable<string>): string[] => [...new Set(values)].sort();
export const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`);

/** `container "a"`, `containers "a", "b"` */
export const named = (word: string, names: readonly string[]): string =>
  `${plural(word, names.length)} ${quoted(names)}`;

/** `pod and container "a"`: who says something that is refused. */
export function settersText(isPod: boolean, containers: readonly string[]): string {
  return [...(isPod ? ['pod'] : []), ...(containers.length > 0 ? [named('container', containers)] : [])].join(' and ');
}

export const namesWhere = (spec: PodSpec, test: (container: AnyContainer) => boolean): string[] =>
  containersOf(spec)
    .filter(test)
    .map(({ name }) => name);

/** Pods in a user namespace of their own may do what only looks like root. Source: KEP-127. */
export const isRelaxed = ({ spec, minor }: JudgedPod): boolean => spec.hostUsers === false && minor >= 34;
