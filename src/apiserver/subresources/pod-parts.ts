import { isDeepStrictEqual } from 'node:util';
import { pods } from '#api/core/v1/pod.ts';
import { FieldPath } from '#apimachinery/field-error.ts';
import { invalid, methodNotSupported } from '#apimachinery/status.ts';
import type { EphemeralContainer, Pod } from '#gen/core/v1.ts';
import { cloneJson } from '../registry/engine/clone.ts';
import { withDefaults } from '../registry/engine/defaulting.ts';
import { get } from '../registry/engine/get.ts';
import { matchName, ownedBody, typed } from '../registry/engine/identity.ts';
import { patchOf } from '../registry/engine/patch.ts';
import { patched } from '../registry/engine/patch-types.ts';
import { change } from '../registry/engine/update.ts';
import { takeVersion } from './finalize.ts';
import type { SubresourceHandler } from './subresource.ts';

/** A subresource through which only one part of a pod's spec can change. */
const podPart = (name: string, take: (next: Pod, wanted: Pod) => void): SubresourceHandler => ({
  resource: pods,
  name,
  async serve(call) {
    const { verb } = call.request;
    if (verb === 'get') return get(call);
    if (verb !== 'update' && verb !== 'patch') throw methodNotSupported(call.resource, verb);
    const sent = verb === 'update' ? (ownedBody(call.request, call.resource) as Pod) : undefined;
    if (sent) matchName(sent, call.request.name);
    return change(call, {
      part: 'all',
      allowCreate: false,
      apply: (existing) => {
        const current = existing as Pod;
        const wanted = sent ?? (typed(patched(call, current, patchOf(call)), call.resource) as Pod);
        withDefaults(call.resource, wanted);
        const next = cloneJson(current);
        take(next, wanted);
        takeVersion(next, wanted);
        return next;
      },
    });
  },
});

/** Ephemeral containers can be added, never changed or taken away. */
export const ephemeralContainers = podPart('ephemeralcontainers', (next, wanted) => {
  const before = next.spec?.ephemeralContainers ?? [];
  const after = wanted.spec?.ephemeralContainers ?? [];
  const path = new FieldPath('spec.ephemeralContainers');
  const kept = (old: EphemeralContainer) => after.some((one) => isDeepStrictEqual(one, old));
  const lost = before.find((old) => !kept(old));
  if (lost) {
    const isThere = after.some(({ name }) => name === lost.name);
    const why = isThere
      ? `existing ephemeral containers "${lost.name}" may not be changed\n`
      : `existing ephemeral containers "${lost.name}" may not be removed\n`;
    throw invalid(pods, next.metadata.name, [path.forbidden(why)]);
  }
  next.spec = { ...next.spec, containers: next.spec?.containers ?? [], ephemeralContainers: [...after] };
});

/** Resources of running containers. Source: KEP-1287. */
export const resize = podPart('resize', (next, wanted) => {
  for (const kind of ['containers', 'initContainers'] as const) {
    for (const container of next.spec?.[kind] ?? []) {
      const asked = wanted.spec?.[kind]?.find(({ name }) => name === container.name);
      if (asked?.resources) container.resources = cloneJson(asked.resources);
      if (asked?.resizePolicy) container.resizePolicy = cloneJson(asked.resizePolicy);
    }
  }
});
