import { methodNotSupported } from '#apimachinery/status.ts';
import { get } from '../registry/engine/get.ts';
import { patch } from '../registry/engine/patch.ts';
import { update } from '../registry/engine/update.ts';
import type { SubresourceHandler } from './subresource.ts';

/** The status of an object, which its controller writes and its owner cannot. */
export const status: SubresourceHandler = {
  name: 'status',
  async serve(call) {
    const { verb } = call.request;
    if (verb === 'get') return get(call);
    if (verb === 'update') return update(call);
    if (verb === 'patch') return patch(call);
    throw methodNotSupported(call.resource, verb);
  },
};
