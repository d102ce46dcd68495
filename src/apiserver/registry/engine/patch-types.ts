import jsonPatch, { type Operation } from 'fast-json-patch';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Patch } from '#apimachinery/request.ts';
import { hasSchema } from '#apimachinery/schema-table.ts';
import { failure, unsupportedMediaType } from '#apimachinery/status.ts';
import { cloneJson } from './clone.ts';
import type { Call } from './core.ts';

/** The object after the patch; `existing` stays as it is. @throws {StatusError} 400, 415, 422 */
export function patched({ core, resource }: Call, existing: KubeObject, { patchType, patch }: Patch): KubeObject {
  if (patchType === 'application/json-patch+json') return jsonPatched(existing, patch as Operation[]);
  if (patchType === 'application/merge-patch+json') return merged(existing, patch) as KubeObject;
  if (patchType === 'application/strategic-merge-patch+json' && hasSchema(resource.type)) {
    // What the patch leaves alone is still the shared, frozen one.
    return cloneJson(core.strategicMerge(resource, existing, patch));
  }
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json`,
  );
}

function jsonPatched(existing: KubeObject, operations: Operation[]): KubeObject {
  try {
    return jsonPatch.applyPatch(cloneJson(existing), operations, true).newDocument;
  } catch (error) {
    const message = 'the server rejected our request due to an error in our request';
    throw failure({ code: 422, reason: 'Invalid', message, details: {}, cause: error });
  }
}

/** RFC 7396. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return cloneJson(patch);
  const result: Record<string, unknown> = isRecord(target) ? { ...cloneJson(target) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
