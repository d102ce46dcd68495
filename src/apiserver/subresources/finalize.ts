import { namespaces } from '#api/core/v1/namespace.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Namespace } from '#gen/core/v1.ts';
import { cloneJson } from '../registry/engine/clone.ts';
import { matchName, ownedBody } from '../registry/engine/identity.ts';
import { change } from '../registry/engine/update.ts';
import type { SubresourceHandler } from './subresource.ts';

/** Sets `spec.finalizers` of a namespace; with the last one gone, a deleted namespace goes as well. */
export const finalize: SubresourceHandler = {
  resource: namespaces,
  name: 'finalize',
  async serve(call) {
    const sent = ownedBody(call.request, call.resource) as Namespace;
    matchName(sent, call.request.name);
    return change(call, {
      part: 'all',
      allowCreate: false,
      uid: sent.metadata.uid || undefined,
      apply: (existing) => {
        const next = cloneJson(existing) as Namespace;
        const finalizers = sent.spec?.finalizers;
        next.spec = { ...next.spec, ...(finalizers && { finalizers }) };
        if (!finalizers?.length) delete next.spec.finalizers;
        takeVersion(next, sent);
        return next;
      },
    });
  },
};

/** A resourceVersion in the request insists on it. */
export function takeVersion(next: KubeObject, sent: KubeObject): void {
  next.metadata.resourceVersion = sent.metadata.resourceVersion ?? '';
}
