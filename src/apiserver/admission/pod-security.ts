import { isDeepStrictEqual } from 'node:util';
import { namespaces } from '#api/core/v1/namespace.ts';
import { pods } from '#api/core/v1/pod.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { invalid } from '#apimachinery/status.ts';
import type { Pod, PodTemplateSpec } from '#gen/core/v1.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { type LevelVersion, policyErrors, policyOf, strictness, textOf, violationsOf } from './pod-security/policy.ts';
import { refuse } from './refuse.ts';

/** Pods keep to the level that their namespace's labels name; workloads are warned. Source: KEP-2579. */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  handles: ['CREATE', 'UPDATE'],
  validate(request) {
    const { resource, subresource } = request;
    const place = `${resource.group}/${resource.plural}`;
    if (place === '/namespaces') {
      if (subresource === '') validateNamespace(request);
    } else if (place === '/pods') validatePod(request);
    else if (subresource === '') warnWorkload(request, TEMPLATES[place]);
  },
};

type Template = (object: KubeObject) => Partial<PodTemplateSpec> | undefined;
interface Templated {
  spec?: { template?: PodTemplateSpec; jobTemplate?: { spec?: { template?: PodTemplateSpec } } };
}

const ofSpec: Template = (object) => (object as Templated).spec?.template;
const TEMPLATES: Readonly<Record<string, Template | undefined>> = {
  '/replicationcontrollers': ofSpec,
  '/podtemplates': (object) => (object as { template?: PodTemplateSpec }).template,
  'apps/replicasets': ofSpec,
  'apps/deployments': ofSpec,
  'apps/statefulsets': ofSpec,
  'apps/daemonsets': ofSpec,
  'batch/jobs': ofSpec,
  'batch/cronjobs': (object) => (object as Templated).spec?.jobTemplate?.spec?.template,
};

const policyIn = ({ reader, namespace }: AdmissionRequest) =>
  policyOf(reader.get(namespaces, { namespace: '', name: namespace })?.metadata.labels);

function validatePod(request: AdmissionRequest): void {
  if (request.subresource !== '' && request.subresource !== 'ephemeralcontainers') return;
  const { object, oldObject } = request;
  const { metadata, spec } = object as Pod;
  if (!spec || (oldObject && !isSignificant(object as Pod, oldObject as Pod))) return;
  const { enforce, warn } = policyIn(request);
  const broken = violationsOf(enforce, { metadata, spec });
  if (broken) throw refuse(request, `violates PodSecurity ${JSON.stringify(textOf(enforce))}: ${broken}`);
  warnOf(request, warn, violationsOf(warn, { metadata, spec }));
}

function warnWorkload(request: AdmissionRequest, template: Template | undefined): void {
  const { metadata = {}, spec } = (request.object && template?.(request.object)) ?? {};
  if (!spec) return;
  const { warn } = policyIn(request);
  warnOf(request, warn, violationsOf(warn, { metadata, spec }));
}

function warnOf({ warn: tell }: AdmissionRequest, level: LevelVersion, broken: string): void {
  if (broken) tell(`would violate PodSecurity ${JSON.stringify(textOf(level))}: ${broken}`);
}

/** Of what an update may change, what the checks look at. */
function isSignificant(next: Pod, old: Pod): boolean {
  const relevant = ({ metadata, spec }: Pod) => ({
    images: [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ image }) => image),
    ephemeral: spec?.ephemeralContainers ?? [],
    profiles: Object.entries(metadata.annotations ?? {})
      .filter(([key]) => key.startsWith('container.apparmor.security.beta.kubernetes.io/'))
      .sort(),
  });
  return !isDeepStrictEqual(relevant(next), relevant(old));
}

function validateNamespace(request: AdmissionRequest): void {
  const { object, oldObject, resource } = request;
  const errors = policyErrors(object?.metadata.labels);
  // What was wrong before may stay as it is; a namespace must always be able to lose its finalizers.
  if (errors.length > 0 && policyErrors(oldObject?.metadata.labels).length === 0) {
    throw invalid(resource, request.name, errors);
  }
  if (!oldObject || errors.length > 0) return;
  const next = policyOf(object?.metadata.labels).enforce;
  const old = policyOf(oldObject.metadata.labels).enforce;
  const isLooser = next.version === old.version && strictness(next) <= strictness(old);
  if (next.level === 'privileged' || isLooser) return;
  warnOfExisting(request, next);
}

/** Pods that are there already stay; whoever made the rule stricter learns of them, each sentence once. */
function warnOfExisting({ reader, name: namespace, warn }: AdmissionRequest, level: LevelVersion): void {
  const byText = new Map<string, string[]>();
  for (const { metadata, spec } of reader.list(pods, namespace)) {
    const broken = spec && violationsOf(level, { metadata, spec });
    if (broken) byText.set(broken, [...(byText.get(broken) ?? []), metadata.name]);
  }
  if (byText.size === 0) return;
  warn(
    `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(textOf(level))}`,
  );
  const lines = [...byText].map(([text, names]) => `${podsText(names.sort())}: ${text}`);
  for (const one of lines.sort()) warn(one);
}

function podsText([first = '', ...others]: readonly string[]): string {
  if (others.length === 0) return first;
  return `${first} (and ${others.length} other ${others.length === 1 ? 'pod' : 'pods'})`;
}
