import type { ConfigMap, Container, EnvFromSource, EnvVar, EnvVarSource, Pod, Secret, Service } from '#gen/core/v1.ts';
import { formatPod, namespaceOf } from '../pod/containers.ts';
import { ContainerConfigError } from './errors.ts';
import { expand } from './expansion.ts';
import { fieldValue, type PodFacts } from './field-ref.ts';
import { type Allocatable, resourceFieldValue } from './resource-field-ref.ts';
import { serviceEnv, servicesFor } from './service-env.ts';

/** Reads what pods refer to; undefined where there is no such object. */
export interface References {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
}

export interface EnvInput {
  readonly pod: Pod;
  readonly container: Pick<Container, 'name' | 'env' | 'envFrom' | 'resources'>;
  readonly facts: PodFacts;
  readonly services: readonly Service[];
  readonly allocatable: Allocatable;
  readonly references: References;
}

type Variables = Map<string, string>;

/**
 * The container's environment, later entries winning: services, envFrom, env.
 * Source: upstream kubelet_pods.go makeEnvironmentVariables.
 * @throws {ContainerConfigError} for a missing config map, secret or key.
 */
export async function makeEnv(input: EnvInput): Promise<readonly { key: string; value: string }[]> {
  const { pod, container, services } = input;
  const links = serviceEnv(servicesFor(namespaceOf(pod), pod.spec.enableServiceLinks !== false, services));
  const variables: Variables = new Map();
  for (const source of container.envFrom ?? []) await addAll(variables, source, input);
  const declared: Variables = new Map();
  for (const entry of container.env ?? []) {
    const value = await valueOf(entry, input, (name) => declared.get(name) ?? variables.get(name) ?? links[name]);
    if (value === undefined) continue;
    declared.set(entry.name, value);
    variables.set(entry.name, value);
  }
  for (const [name, value] of Object.entries(links)) if (!variables.has(name)) variables.set(name, value);
  return [...variables].map(([key, value]) => ({ key, value }));
}

async function addAll(variables: Variables, source: EnvFromSource, { pod, references }: EnvInput): Promise<void> {
  const namespace = namespaceOf(pod);
  const { prefix = '', configMapRef, secretRef } = source;
  if (configMapRef) {
    const map = await references.configMap(namespace, configMapRef.name ?? '');
    if (!map && !configMapRef.optional) throw absent('configmap', configMapRef.name);
    for (const [key, value] of Object.entries(map?.data ?? {})) variables.set(prefix + key, value);
  }
  if (secretRef) {
    const secret = await references.secret(namespace, secretRef.name ?? '');
    if (!secret && !secretRef.optional) throw absent('secret', secretRef.name);
    for (const [key, value] of Object.entries(secret?.data ?? {})) variables.set(prefix + key, decoded(value));
  }
}

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

const absent = (kind: string, name: string | undefined): ContainerConfigError =>
  new ContainerConfigError(`${kind} ${JSON.stringify(name ?? '')} not found`);

async function valueOf(
  entry: EnvVar,
  input: EnvInput,
  known: (name: string) => string | undefined,
): Promise<string | undefined> {
  if (!entry.valueFrom) return expand(entry.value ?? '', known);
  const { fieldRef, resourceFieldRef } = entry.valueFrom;
  if (fieldRef) return fieldValue(input.pod, fieldRef.fieldPath, input.facts);
  if (resourceFieldRef) return resourceFieldValue(resourceFieldRef, input);
  return keyed(entry.valueFrom, input);
}

async function keyed({ configMapKeyRef, secretKeyRef }: EnvVarSource, input: EnvInput): Promise<string | undefined> {
  const namespace = namespaceOf(input.pod);
  if (configMapKeyRef) {
    const { name = '', key, optional } = configMapKeyRef;
    const map = await input.references.configMap(namespace, name);
    if (!map && !optional) throw absent('configmap', name);
    const value = map?.data?.[key];
    if (value === undefined && !optional) throw absentKey(key, 'ConfigMap', `${namespace}/${name}`);
    return value;
  }
  if (!secretKeyRef) throw new ContainerConfigError(`unsupported environment source in pod ${formatPod(input.pod)}`);
  const { name = '', key, optional } = secretKeyRef;
  const secret = await input.references.secret(namespace, name);
  if (!secret && !optional) throw absent('secret', name);
  const value = secret?.data?.[key];
  if (value === undefined && !optional) throw absentKey(key, 'Secret', `${namespace}/${name}`);
  return value === undefined ? undefined : decoded(value);
}

const absentKey = (key: string, kind: string, where: string): ContainerConfigError =>
  new ContainerConfigError(`couldn't find key ${key} in ${kind} ${where}`);
