import { certificateSigningRequests } from '#api/certificates/v1/certificate-signing-request.ts';
import { methodNotSupported } from '#apimachinery/status.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '#gen/certificates/v1.ts';
import { cloneJson } from '../registry/engine/clone.ts';
import { get } from '../registry/engine/get.ts';
import { matchName, ownedBody, typed } from '../registry/engine/identity.ts';
import { patchOf } from '../registry/engine/patch.ts';
import { patched } from '../registry/engine/patch-types.ts';
import { timestamp } from '../registry/engine/system-fields.ts';
import { change } from '../registry/engine/update.ts';
import { takeVersion } from './finalize.ts';
import type { SubresourceHandler } from './subresource.ts';

/** Sets the conditions Approved and Denied of a certificate signing request, and nothing else. */
export const approval: SubresourceHandler = {
  resource: certificateSigningRequests,
  name: 'approval',
  async serve(call) {
    const { verb, name } = call.request;
    if (verb === 'get') return get(call);
    if (verb !== 'update' && verb !== 'patch') throw methodNotSupported(call.resource, verb);
    const sent = verb === 'update' ? (ownedBody(call.request, call.resource) as CertificateSigningRequest) : undefined;
    if (sent) matchName(sent, name);
    return change(call, {
      part: 'all',
      allowCreate: false,
      apply: (existing) => {
        const current = existing as CertificateSigningRequest;
        const wanted =
          sent ?? (typed(patched(call, current, patchOf(call)), call.resource) as CertificateSigningRequest);
        const next = cloneJson(current);
        const conditions = merged(wanted.status?.conditions ?? [], current.status?.conditions ?? [], call.nowMs);
        next.status = { ...next.status, ...(conditions.length > 0 && { conditions }) };
        takeVersion(next, wanted);
        return next;
      },
    });
  },
};

type Condition = CertificateSigningRequestCondition;

/** Failed is the signer's to say; the times of what is new are the server's. */
function merged(wanted: readonly Condition[], current: readonly Condition[], nowMs: number): Condition[] {
  const decisions = wanted.filter(({ type }) => type === 'Approved' || type === 'Denied');
  const others = current.filter(({ type }) => type !== 'Approved' && type !== 'Denied');
  const now = timestamp(nowMs);
  const stamped = decisions.map((condition) => {
    const old = current.find(({ type }) => type === condition.type);
    const lastTransitionTime = condition.lastTransitionTime ?? old?.lastTransitionTime ?? now;
    return { ...condition, lastUpdateTime: condition.lastUpdateTime ?? now, lastTransitionTime };
  });
  return [...others, ...stamped];
}
