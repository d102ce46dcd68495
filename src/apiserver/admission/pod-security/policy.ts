import { type FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { BASELINE } from './baseline.ts';
import { RESTRICTED } from './restricted.ts';
import type { JudgedPod, PodCheck } from './violation.ts';

const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof LEVELS)[number];

/** One level as of one version; `version` is `latest` or `v1.<minor>`. */
export interface LevelVersion {
  readonly level: PodSecurityLevel;
  readonly version: string;
}

export interface NamespacePolicy {
  readonly enforce: LevelVersion;
  readonly warn: LevelVersion;
}

type Labels = Readonly<Record<string, string>>;

const PREFIX = 'pod-security.kubernetes.io/';
const CHECKS: Readonly<Record<PodSecurityLevel, readonly PodCheck[]>> = {
  privileged: [],
  baseline: BASELINE,
  restricted: RESTRICTED,
};

export const textOf = ({ level, version }: LevelVersion): string => `${level}:${version}`;
export const strictness = ({ level }: LevelVersion): number => LEVELS.indexOf(level);

/**
 * What a namespace asks of its pods: nothing where it says nothing; an enforced level that cannot be read is the
 * strictest one. Who only enforces is also warned by that. Source: pod-security-admission api.PolicyToEvaluate.
 */
export function policyOf(labels: Labels = {}): NamespacePolicy {
  const enforce = { level: levelOf(labels, 'enforce', 'restricted'), version: versionOf(labels, 'enforce') };
  const asked = { level: levelOf(labels, 'warn', 'privileged'), version: versionOf(labels, 'warn') };
  const isSilent = labels[`${PREFIX}warn`] === undefined && strictness(enforce) > strictness(asked);
  if (!isSilent) return { enforce, warn: asked };
  const hasVersion = labels[`${PREFIX}warn-version`] !== undefined;
  return { enforce, warn: { level: enforce.level, version: hasVersion ? asked.version : enforce.version } };
}

function levelOf(labels: Labels, mode: string, broken: PodSecurityLevel): PodSecurityLevel {
  const text = labels[`${PREFIX}${mode}`];
  if (text === undefined) return 'privileged';
  return LEVELS.find((level) => level === text) ?? broken;
}

function versionOf(labels: Labels, mode: string): string {
  const text = labels[`${PREFIX}${mode}-version`] ?? 'latest';
  return isVersion(text) ? text : 'latest';
}

const isVersion = (text: string) => text === 'latest' || /^v1\.(0|[1-9]\d*)$/.test(text);

/** What is wrong with the labels of a namespace. */
export function policyErrors(labels: Labels = {}): FieldError[] {
  const path = new FieldPath('metadata.labels');
  return ['enforce', 'audit', 'warn'].flatMap((mode) => {
    const level = labels[`${PREFIX}${mode}`];
    const version = labels[`${PREFIX}${mode}-version`];
    const isLevel = level === undefined || (LEVELS as readonly string[]).includes(level);
    return [
      ...(isLevel ? [] : [path.key(`${PREFIX}${mode}`).invalid(level, `must be one of ${LEVELS.join(', ')}`)]),
      ...(version === undefined || isVersion(version)
        ? []
        : [path.key(`${PREFIX}${mode}-version`).invalid(version, 'must be "latest" or "v1.x"')]),
    ];
  });
}

/** How a pod breaks the policy, in upstream's words; empty where it does not. */
export function violationsOf({ level, version }: LevelVersion, pod: Omit<JudgedPod, 'minor'>): string {
  const minor = version === 'latest' ? Number.MAX_SAFE_INTEGER : Number(version.slice('v1.'.length));
  const found = CHECKS[level].flatMap((check) => check({ ...pod, minor }) ?? []);
  return found.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}
