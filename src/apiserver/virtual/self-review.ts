import { selfSubjectReviews } from '#api/authentication/v1/self-subject-review.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { ownedBody } from '../registry/engine/identity.ts';
import { timestamp } from '../registry/engine/system-fields.ts';
import type { VirtualResource } from './virtual-resource.ts';

/** Who am I? */
export const selfReview: VirtualResource = {
  resource: selfSubjectReviews,
  async serve(call) {
    const sent = ownedBody(call.request, call.resource);
    const { name, uid, groups, extra } = call.request.user;
    const userInfo = { username: name, ...(uid && { uid }), groups: [...groups], ...(extra && { extra }) };
    const metadata = { ...sent.metadata, creationTimestamp: timestamp(call.nowMs) };
    return { kind: 'object', code: 201, object: { ...sent, metadata, status: { userInfo } } as KubeObject };
  },
};
