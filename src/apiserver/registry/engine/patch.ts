import { FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiResponse, Patch } from '#apimachinery/request.ts';
import { badRequest, conflict, invalid, STALE_OBJECT, unsupportedMediaType } from '#apimachinery/status.ts';
import { cloneJson } from './clone.ts';
import type { Call } from './core.ts';
import { withDefaults } from './defaulting.ts';
import { expectedNamespace, matchName, matchNamespace, typed } from './identity.ts';
import { trackUpdate, writingOf } from './managed-fields.ts';
import { patched } from './patch-types.ts';
import { change } from './update.ts';

const APPLY = 'application/apply-patch+yaml';

/** Changes what there is by a patch; each attempt patches the newest state, so only a stale resourceVersion conflicts. */
export async function patch(call: Call): Promise<ApiResponse> {
  const { request, resource } = call;
  const wanted = patchOf(call);
  const part = request.subresource === '' ? 'spec' : 'status';
  const isApply = wanted.patchType === APPLY;
  if (isApply) refuseBadApply(call, wanted);
  return change(call, {
    part,
    allowCreate: isApply && part === 'spec',
    apply: (existing) => {
      const next = isApply ? applied(call, existing, wanted) : typed(edited(call, existing, wanted), resource);
      matchNamespace(next, expectedNamespace(request));
      matchName(next, request.name);
      return isApply ? next : trackUpdate(call, existing, withDefaults(resource, next));
    },
  });
}

function edited(call: Call, existing: KubeObject | undefined, wanted: Patch): KubeObject {
  // Only apply creates, so that there is an object to edit.
  return patched(call, existing as KubeObject, wanted);
}

/** @throws {StatusError} 400 when the body is no patch. */
export function patchOf({ request }: Call): Patch {
  const { body } = request;
  if (!body || !('patchType' in body)) throw badRequest('the request has no patch');
  return body;
}

/** Source: metav1/validation.ValidatePatchOptions and handlers.applyPatcher. */
function refuseBadApply({ request, core }: Call, { patch: config }: Patch): void {
  if (!core.fields) throw unsupportedMediaType('apply is not served here');
  if (!request.options.fieldManager) {
    const error = new FieldPath('fieldManager').required('is required for apply patch');
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [error]);
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw badRequest('error decoding YAML: the applied configuration is not an object');
  }
  const { metadata } = config as Partial<KubeObject>;
  if (metadata?.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
}

function applied(call: Call, existing: KubeObject | undefined, { patch: sent }: Patch): KubeObject {
  const { core, request, resource } = call;
  const config = typed(sent as KubeObject, resource);
  const wanted = config.metadata.resourceVersion;
  if (wanted && wanted !== existing?.metadata.resourceVersion) throw conflict(resource, request.name, STALE_OBJECT);
  const named = { ...config, metadata: { ...config.metadata, name: config.metadata.name ?? request.name } };
  const writing = { ...writingOf(call), force: request.options.force === true };
  const next = cloneJson(core.fields?.apply(existing, named, writing) ?? named);
  return withDefaults(resource, typed(next, resource));
}
