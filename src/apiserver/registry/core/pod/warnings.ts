import { FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { quantityMilliValue } from '#apimachinery/quantity.ts';
import type { Container, PodSpec, PodTemplateSpec } from '#gen/core/v1.ts';

const DEPRECATED_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

/** A variable that is set again, unless its new value builds on the old one. */
function warnOfHidden({ env = [] }: Container, at: FieldPath): string[] {
  const seen = new Set<string>();
  return env.flatMap(({ name, value = '' }, index) => {
    const hides = seen.has(name) && !value.includes(`$(${name})`);
    seen.add(name);
    const place = at.child('env').index(index);
    return hides ? [`${place}: hides previous definition of "${name}", which may be dropped when using apply`] : [];
  });
}

function warnOfFractions({ resources }: Container, at: FieldPath): string[] {
  return (['limits', 'requests'] as const).flatMap((list) =>
    ['memory', 'ephemeral-storage'].flatMap((name) => {
      const amount = resources?.[list]?.[name];
      if (amount === undefined || quantityMilliValue(amount) % 1000 === 0) return [];
      const place = at.child('resources', list).key(name);
      return [`${place}: fractional byte value "${amount}" is invalid, must be an integer`];
    }),
  );
}

function warnOfContainers(containers: readonly Container[] | undefined, at: FieldPath): string[] {
  return (containers ?? []).flatMap((container, index) => [
    ...warnOfHidden(container, at.index(index)),
    ...warnOfFractions(container, at.index(index)),
  ]);
}

/** What is allowed and hardly meant. Source: pkg/api/pod/warnings.go. */
export function warningsOfPodSpec(spec: PodSpec | undefined, at = new FieldPath('spec')): string[] {
  if (!spec) return [];
  const grace = spec.terminationGracePeriodSeconds ?? 0;
  const negative = 'must be >= 0; negative values are invalid and will be treated as 1';
  return [
    ...Object.keys(spec.nodeSelector ?? {}).flatMap((label) => {
      const why = DEPRECATED_LABELS[label];
      return why ? [`${at.child('nodeSelector').key(label)}: ${why}`] : [];
    }),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }, index) =>
      name ? [] : [`${at.child('imagePullSecrets').index(index).child('name')}: invalid empty name ""`],
    ),
    ...warnOfContainers(spec.initContainers, at.child('initContainers')),
    ...warnOfContainers(spec.containers, at.child('containers')),
    ...(grace < 0 ? [`${at.child('terminationGracePeriodSeconds')}: ${negative}`] : []),
  ];
}

interface Templated extends KubeObject {
  spec?: { template?: PodTemplateSpec | undefined } | undefined;
}

/** The same for the pods of a workload, told again only when what is asked for changed. */
export function warningsOfTemplate(next: Templated, previous: Templated | undefined): string[] {
  if (previous && previous.metadata.generation === next.metadata.generation) return [];
  return warningsOfPodSpec(next.spec?.template?.spec, new FieldPath('spec.template.spec'));
}
