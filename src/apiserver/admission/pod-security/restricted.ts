import type { Volume } from '#gen/core/v1.ts';
import { BASELINE, capabilitiesBaseline, hostPathVolumes } from './baseline.ts';
import { isWindows, seccompBaseline, seccompRestricted } from './seccomp.ts';
import {
  type AnyContainer,
  containersOf,
  isRelaxed,
  named,
  namesWhere,
  type PodCheck,
  quoted,
  settersText,
  sortedSet,
} from './violation.ts';

const allowPrivilegeEscalation: PodCheck = (pod) => {
  if (pod.minor < 8 || isWindows(pod)) return undefined;
  const bad = namesWhere(pod.spec, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named('container', bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const capabilities: PodCheck = (pod) => {
  if (pod.minor < 22) return capabilitiesBaseline(pod);
  if (isWindows(pod)) return undefined;
  const keeps = namesWhere(pod.spec, (one) => !one.securityContext?.capabilities?.drop?.includes('ALL'));
  const added = (one: AnyContainer) =>
    (one.securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
  const adding = containersOf(pod.spec).filter((one) => added(one).length > 0);
  const adders = adding.map(({ name }) => name);
  const details = [
    ...(keeps.length > 0 ? [`${named('container', keeps)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adders.length > 0
      ? [
          `${named('container', adders)} must not include ${quoted(sortedSet(adding.flatMap(added)))} in securityContext.capabilities.add`,
        ]
      : []),
  ];
  return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
};

const ALLOWED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

function volumeType(volume: Volume): string {
  const type = Object.entries(volume).find(([name, value]) => name !== 'name' && value !== undefined && value !== null);
  return type?.[0] ?? 'unknown';
}

const restrictedVolumes: PodCheck = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((volume) => !ALLOWED_VOLUMES.has(volumeType(volume)));
  if (bad.length === 0) return undefined;
  const names = sortedSet(bad.map(({ name }) => name));
  const types = sortedSet(bad.map(volumeType));
  const verb = names.length === 1 ? 'uses' : 'use';
  return {
    reason: 'restricted volume types',
    detail: `${named('volume', names)} ${verb} ${named('restricted volume type', types)}`,
  };
};

const runAsNonRoot: PodCheck = (pod) => {
  if (isRelaxed(pod)) return undefined;
  const ofPod = pod.spec.securityContext?.runAsNonRoot;
  const bad = namesWhere(pod.spec, ({ securityContext }) => securityContext?.runAsNonRoot === false);
  const reason = 'runAsNonRoot != true';
  if (ofPod === false || bad.length > 0) {
    return { reason, detail: `${settersText(ofPod === false, bad)} must not set securityContext.runAsNonRoot=false` };
  }
  if (ofPod) return undefined;
  const silent = namesWhere(pod.spec, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${named('container', silent)} must set securityContext.runAsNonRoot=true` };
};

const runAsUser: PodCheck = (pod) => {
  if (pod.minor < 23 || isRelaxed(pod)) return undefined;
  const isPod = pod.spec.securityContext?.runAsUser === 0;
  const bad = namesWhere(pod.spec, ({ securityContext }) => securityContext?.runAsUser === 0);
  if (!isPod && bad.length === 0) return undefined;
  return { reason: 'runAsUser=0', detail: `${settersText(isPod, bad)} must not set runAsUser=0` };
};

/** What the restricted level says more sharply than the baseline. */
const REPLACED: ReadonlySet<PodCheck> = new Set([capabilitiesBaseline, hostPathVolumes, seccompBaseline]);

/** Hardened as far as pods can be. In the order in which they are told. */
export const RESTRICTED: readonly PodCheck[] = [
  ...BASELINE.filter((check) => !REPLACED.has(check)),
  allowPrivilegeEscalation,
  capabilities,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
];
