import { limitRanges } from '#api/core/v1/limit-range.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from '#gen/core/v1.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { limitErrors, type Usage } from './limit-range-rules.ts';
import { podUsage } from './pod-usage.ts';
import { isAbout, refuse } from './refuse.ts';

/** Gives containers what a namespace's limit ranges say by default, and holds pods and claims to their bounds. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  handles: ['CREATE', 'UPDATE'],
  admit(request) {
    if (request.operation !== 'CREATE' || !isAbout(request, pods)) return;
    for (const range of rangesOf(request)) applyDefaults(request.object as Pod, range);
  },
  validate(request) {
    const isPod = isAbout(request, pods) && request.operation === 'CREATE';
    if (!isPod && !isAbout(request, persistentVolumeClaims)) return;
    for (const range of rangesOf(request)) {
      const items = range.spec?.limits ?? [];
      const errors = isPod
        ? podErrors(request.object as Pod, items)
        : claimErrors(request.object as PersistentVolumeClaim, items);
      if (errors.length > 0) throw refuse(request, errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`);
    }
  },
};

function rangesOf({ reader, namespace }: AdmissionRequest): readonly LimitRange[] {
  return reader.list(limitRanges, namespace);
}

function applyDefaults({ metadata, spec }: Pod, { spec: range }: LimitRange): void {
  const items = (range?.limits ?? []).filter(({ type }) => type === 'Container');
  const limits = Object.assign({}, ...items.map((item) => item.default)) as Record<string, string>;
  const requests = Object.assign({}, ...items.map((item) => item.defaultRequest)) as Record<string, string>;
  const notes: string[] = [];
  for (const container of spec?.containers ?? []) notes.push(...fill(container, { limits, requests }, 'container'));
  for (const container of spec?.initContainers ?? []) {
    notes.push(...fill(container, { limits, requests }, 'init container'));
  }
  if (notes.length === 0) return;
  const key = 'kubernetes.io/limit-ranger';
  metadata.annotations = { ...metadata.annotations, [key]: `LimitRanger plugin set: ${notes.join('; ')}` };
}

interface Defaults {
  limits: Record<string, string>;
  requests: Record<string, string>;
}

/** @returns what was set, for the annotation that tells the user. */
function fill(container: Container, { limits, requests }: Defaults, noun: string): string[] {
  const resources = container.resources ?? {};
  const missing = (has: Usage['limits'], all: Record<string, string>) =>
    Object.keys(all).filter((name) => has?.[name] === undefined);
  const newLimits = missing(resources.limits, limits);
  const newRequests = missing(resources.requests, requests);
  const pick = (names: string[], all: Record<string, string>) =>
    Object.fromEntries(names.map((name) => [name, all[name] ?? '']));
  if (newLimits.length > 0) resources.limits = { ...resources.limits, ...pick(newLimits, limits) };
  if (newRequests.length > 0) resources.requests = { ...resources.requests, ...pick(newRequests, requests) };
  if (newLimits.length + newRequests.length > 0) container.resources = resources;
  return [
    ...(newRequests.length > 0 ? [`${newRequests.sort().join(', ')} request for ${noun} ${container.name}`] : []),
    ...(newLimits.length > 0 ? [`${newLimits.sort().join(', ')} limit for ${noun} ${container.name}`] : []),
  ];
}

function podErrors(pod: Pod, items: readonly LimitRangeItem[]): string[] {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return items.flatMap((item) => {
    if (item.type === 'Container') return containers.flatMap(({ resources = {} }) => limitErrors(item, resources));
    return item.type === 'Pod' ? limitErrors(item, podUsage(pod)) : [];
  });
}

function claimErrors({ spec }: PersistentVolumeClaim, items: readonly LimitRangeItem[]): string[] {
  const requests = spec?.resources?.requests ?? {};
  const relevant = items.filter(({ type }) => type === 'PersistentVolumeClaim');
  // A claim has no limits of its own: what it asks for is what it gets.
  return relevant.flatMap((item) => limitErrors(item, { requests, limits: requests }));
}
