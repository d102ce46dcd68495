import { subjectAccessReviews } from '#api/authorization/v1/subject-access-review.ts';
import { certificateSigningRequests } from '#api/certificates/v1/certificate-signing-request.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '#gen/certificates/v1.ts';
import type { ControllerDeps, ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf } from '#reconciler/mappings.ts';
import { timestamp } from '#reconciler/time.ts';
import { expiresMs, hasCondition } from './age.ts';
import { type Requested, readRequest } from './requested.ts';
import { isOurs, KUBELET_CLIENT, refusal } from './rules.ts';

/** All three share upstream's one identity. */
const NAME = 'certificate-controller';

const pemOf = ({ spec }: CertificateSigningRequest): string => Buffer.from(spec.request, 'base64').toString('utf8');

function withCondition(
  request: CertificateSigningRequest,
  word: Pick<CertificateSigningRequestCondition, 'type' | 'reason' | 'message'>,
  nowMs: number,
): CertificateSigningRequest {
  const now = timestamp(nowMs);
  const condition = { ...word, status: 'True', lastUpdateTime: now, lastTransitionTime: now };
  return { ...request, status: { ...request.status, conditions: [...(request.status?.conditions ?? []), condition] } };
}

/** Who may have a kubelet's client certificate without a human's word: a node for itself first. */
const RECOGNIZED = [
  {
    subresource: 'selfnodeclient',
    isSelf: true,
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  },
  {
    subresource: 'nodeclient',
    isSelf: false,
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  },
];

/** Source: kubernetes pkg/controller/certificates/approver/sarapprove.go. */
export const certificateApprover: ControllerFactory = (deps) => ({
  name: NAME,
  watches: [enqueueSelf(certificateSigningRequests)],
  async reconcile({ key, signal }) {
    const { client, informers, clock } = deps;
    const request = informers.for(certificateSigningRequests).get(key);
    if (!request || request.status?.certificate || request.spec.signerName !== KUBELET_CLIENT) return;
    if (hasCondition(request, 'Approved') || hasCondition(request, 'Denied')) return;
    const requested = await readRequest(pemOf(request));
    if (refusal(KUBELET_CLIENT, requested, request.spec.usages)) return;
    const message = await permission(deps, { request, requested, signal });
    if (!message) return;
    const approved = withCondition(request, { type: 'Approved', reason: 'AutoApproved', message }, clock.now());
    await client.update(certificateSigningRequests, approved, { signal, subresource: 'approval' });
  },
});

async function permission(
  { client }: ControllerDeps,
  { request, requested, signal }: { request: CertificateSigningRequest; requested: Requested; signal: AbortSignal },
): Promise<string | undefined> {
  const { username, uid, groups, extra } = request.spec;
  for (const { subresource, isSelf, message } of RECOGNIZED) {
    if (isSelf && username !== requested.commonName) continue;
    const resourceAttributes = {
      group: 'certificates.k8s.io',
      resource: 'certificatesigningrequests',
      subresource,
      verb: 'create',
      version: '*',
    };
    const spec = { user: username, uid, groups, extra, resourceAttributes };
    const review = await client.create(subjectAccessReviews, { metadata: {}, spec }, { signal });
    if (review.status?.allowed) return message;
  }
  return undefined;
}

/** Signs what has been approved, by the signer that the cluster was given. Source: pkg/controller/certificates/signer. */
export const certificateSigner: ControllerFactory = ({ client, informers, clock, options }) => ({
  name: NAME,
  watches: [enqueueSelf(certificateSigningRequests)],
  async reconcile({ key, signal }) {
    const request = informers.for(certificateSigningRequests).get(key);
    if (!request || !options.signer || request.status?.certificate || !isOurs(request.spec.signerName)) return;
    const isDecided = ['Denied', 'Failed'].some((type) => hasCondition(request, type));
    if (isDecided || !hasCondition(request, 'Approved')) return;
    const pem = pemOf(request);
    const problem = refusal(request.spec.signerName, await readRequest(pem), request.spec.usages);
    if (problem) {
      const word = { type: 'Failed', reason: 'SignerValidationFailure', message: problem };
      await client.updateStatus(certificateSigningRequests, withCondition(request, word, clock.now()), { signal });
      return;
    }
    const certificate = Buffer.from(await options.signer(pem, request)).toString('base64');
    const signed = { ...request, status: { ...request.status, certificate } };
    await client.updateStatus(certificateSigningRequests, signed, { signal });
  },
});

/** Removes requests that have served their time. */
export const certificateCleaner: ControllerFactory = ({ client, informers, clock }) => ({
  name: NAME,
  watches: [enqueueSelf(certificateSigningRequests)],
  async reconcile({ key, signal }) {
    const request = informers.for(certificateSigningRequests).get(key);
    if (!request) return;
    const leftMs = expiresMs(request) - clock.now();
    if (leftMs > 0) return { requeueAfterMs: leftMs };
    try {
      await client.delete(certificateSigningRequests, { namespace: '', name: key }, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  },
});
