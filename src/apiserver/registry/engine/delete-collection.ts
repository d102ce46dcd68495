import type { ApiResponse } from '#apimachinery/request.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Call } from './core.ts';
import { removeWith } from './delete.ts';
import { deleteOptionsOf } from './delete-policy.ts';
import { list } from './list.ts';

/** Deletes what the selectors match, one by one. @returns the list of what was there. */
export async function removeCollection(call: Call): Promise<ApiResponse> {
  const options = deleteOptionsOf(call);
  const found = await list(call);
  for (const { metadata } of found.items) {
    const { namespace = '', name } = metadata;
    const one = { ...call, request: { ...call.request, verb: 'delete' as const, namespace, name } };
    try {
      await removeWith(one, options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return found;
}
