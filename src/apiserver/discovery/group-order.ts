/**
 * The order in which groups are announced, and from which clients take their preference.
 * Source: upstream pkg/controlplane/apiserver/aggregator.go, priorities of the built-in APIServices.
 */
const GROUP_ORDER: readonly string[] = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

/** Known groups in upstream's order, then the others by name. */
export function orderGroups(groups: Iterable<string>): string[] {
  const rank = (group: string) => {
    const at = GROUP_ORDER.indexOf(group);
    return at < 0 ? GROUP_ORDER.length : at;
  };
  return [...new Set(groups)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** `v2` before `v1` before `v1beta2` before `v1alpha1` before anything else. Source: apimachinery/pkg/version.CompareKubeAwareVersionStrings. */
export function compareVersions(a: string, b: string): number {
  const left = weigh(a);
  const right = weigh(b);
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : 1;
  return right.stability - left.stability || right.major - left.major || right.minor - left.minor;
}

function weigh(version: string): { stability: number; major: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return undefined;
  const [, major, stage, minor] = match;
  const stability = stage === undefined ? 2 : stage === 'beta' ? 1 : 0;
  return { stability, major: Number(major), minor: Number(minor ?? 0) };
}
