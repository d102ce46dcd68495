import type { ApiRequest, ApiResponse } from '#apimachinery/request.ts';
import { methodNotSupported } from '#apimachinery/status.ts';
import { type Call, type Core, callOf } from './core.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { removeCollection } from './delete-collection.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { patch } from './patch.ts';
import { update } from './update.ts';
import { watch } from './watch.ts';

const VERBS: Readonly<Record<ApiRequest['verb'], ((call: Call) => Promise<ApiResponse>) | undefined>> = {
  create,
  get,
  list,
  watch,
  update,
  patch,
  delete: remove,
  deletecollection: removeCollection,
  connect: undefined,
};

/** Serves a request about objects themselves, or their `status`. @throws {StatusError} */
export async function dispatch(core: Core, request: ApiRequest): Promise<ApiResponse> {
  const serve = VERBS[request.verb];
  if (!serve || (request.subresource === '' && !isServed(request))) {
    throw methodNotSupported(request.resource, request.verb);
  }
  return serve(callOf(core, request));
}

function isServed({ resource, verb }: ApiRequest): boolean {
  return verb !== 'connect' && resource.verbs.includes(verb);
}
