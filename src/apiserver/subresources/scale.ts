import { FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiResponse } from '#apimachinery/request.ts';
import { conflict, invalid, methodNotSupported, STALE_OBJECT } from '#apimachinery/status.ts';
import type { Scale } from '#gen/autoscaling/v1.ts';
import type { LabelSelector } from '#gen/meta/v1.ts';
import { cloneJson } from '../registry/engine/clone.ts';
import type { Call } from '../registry/engine/core.ts';
import { existing, get } from '../registry/engine/get.ts';
import { ownedBody, typed } from '../registry/engine/identity.ts';
import { patchOf } from '../registry/engine/patch.ts';
import { patched } from '../registry/engine/patch-types.ts';
import { change } from '../registry/engine/update.ts';
import { selectorText } from './selector-text.ts';
import type { SubresourceHandler } from './subresource.ts';

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale', type: 'k8s.io.api.autoscaling.v1.Scale' };

interface Scalable extends KubeObject {
  spec?: { replicas?: number; selector?: LabelSelector | Record<string, string> };
  status?: { replicas?: number };
}

/** The number of replicas of a workload, in one form for all of them. */
export const scale: SubresourceHandler = {
  name: 'scale',
  async serve(call) {
    const { verb } = call.request;
    if (verb === 'get') {
      await get(call);
      return { kind: 'object', code: 200, object: scaleOf(existing(call)) };
    }
    if (verb === 'update') {
      const sent = ownedBody(call.request, SCALE) as unknown as Scale;
      return scaled(call, () => sent);
    }
    if (verb !== 'patch') throw methodNotSupported(call.resource, verb);
    const patch = patchOf(call);
    const scaling = { ...call, resource: { ...call.resource, ...SCALE } };
    return scaled(call, (current) => typed(patched(scaling, scaleOf(current), patch), SCALE) as unknown as Scale);
  },
};

async function scaled(call: Call, wanted: (current: Scalable) => Scale): Promise<ApiResponse> {
  const answer = await change(call, {
    part: 'all',
    allowCreate: false,
    apply: (current) => {
      const sent = wanted(current as Scalable);
      validate(call, sent, current as Scalable);
      const next = cloneJson(current) as Scalable;
      next.spec = { ...next.spec, replicas: sent.spec?.replicas ?? 0 };
      return next;
    },
  });
  return answer.kind === 'object' ? { ...answer, object: scaleOf(answer.object) } : answer;
}

function validate({ resource }: Call, { metadata, spec }: Scale, current: Scalable): void {
  const { name, uid, resourceVersion } = current.metadata;
  const replicas = spec?.replicas ?? 0;
  if (replicas < 0) {
    const error = new FieldPath('spec.replicas').invalid(replicas, 'must be greater than or equal to 0');
    throw invalid(SCALE, name, [error]);
  }
  const isStale = metadata.resourceVersion && metadata.resourceVersion !== resourceVersion;
  if (isStale) throw conflict(resource, name, STALE_OBJECT);
  if (metadata.uid && metadata.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${uid}`;
    throw conflict(resource, name, why);
  }
}

function scaleOf({ metadata, spec, status }: Scalable): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const selector = selectorText(spec?.selector);
  const scaleObject: Scale = {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp },
    spec: spec?.replicas ? { replicas: spec.replicas } : {},
    status: { replicas: status?.replicas ?? 0, ...(selector && { selector }) },
  };
  return scaleObject;
}
