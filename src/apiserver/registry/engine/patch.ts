import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiResponse, Patch } from '#apimachinery/request.ts';
import { badRequest } from '#apimachinery/status.ts';
import type { Call } from './core.ts';
import { withDefaults } from './defaulting.ts';
import { expectedNamespace, matchName, matchNamespace, typed } from './identity.ts';
import { trackUpdate } from './managed-fields.ts';
import { patched } from './patch-types.ts';
import { change } from './update.ts';

/** Changes what there is by a patch; each attempt patches the newest state, so only a stale resourceVersion conflicts. */
export async function patch(call: Call): Promise<ApiResponse> {
  const { request, resource } = call;
  const wanted = patchOf(call);
  const part = request.subresource === '' ? 'spec' : 'status';
  return change(call, {
    part,
    allowCreate: false,
    apply: (existing) => {
      const next = typed(patched(resource, existing as KubeObject, wanted), resource);
      matchNamespace(next, expectedNamespace(request));
      matchName(next, request.name);
      return trackUpdate(call, existing, withDefaults(resource, next));
    },
  });
}

/** @throws {StatusError} 400 when the body is no patch. */
export function patchOf({ request }: Call): Patch {
  const { body } = request;
  if (!body || !('patchType' in body)) throw badRequest('the request has no patch');
  return body;
}
