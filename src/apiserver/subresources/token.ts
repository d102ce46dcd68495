import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { secrets } from '#api/core/v1/secret.ts';
import { serviceAccounts } from '#api/core/v1/service-account.ts';
import { FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { badRequest, conflict, invalid, notFound } from '#apimachinery/status.ts';
import type { BoundObjectReference, TokenRequest } from '#gen/authentication/v1.ts';
import type { TokenClaims, TokenIssuer } from '../authentication/token-issuer.ts';
import { admissionRequest } from '../registry/engine/admitting.ts';
import type { Call } from '../registry/engine/core.ts';
import { existing } from '../registry/engine/get.ts';
import { ownedBody } from '../registry/engine/identity.ts';
import type { SubresourceHandler } from './subresource.ts';

const TOKEN_REQUEST = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;

/** Issues a token for a service account, bound to a pod, secret or node where one is named. Source: KEP-1205. */
export const token = (issuer: TokenIssuer): SubresourceHandler => ({
  resource: serviceAccounts,
  name: 'token',
  async serve(call) {
    const account = existing(call);
    const sent = ownedBody(call.request, TOKEN_REQUEST) as unknown as TokenRequest & KubeObject;
    matchAccount(call, sent);
    await call.core.admission.admit(admissionRequest(call, { operation: 'CREATE', object: sent }));
    const { audiences = [], expirationSeconds = 3_600, boundObjectRef } = sent.spec ?? {};
    validate(call, expirationSeconds);
    await call.core.admission.validate(admissionRequest(call, { operation: 'CREATE', object: sent }));
    const { name, namespace = '', uid } = account.metadata;
    const wanted = audiences.length > 0 ? audiences : issuer.defaultAudiences;
    const issued = await issuer.issue({
      namespace,
      serviceAccount: { name, uid },
      audiences: wanted,
      expirationSeconds,
      ...(boundObjectRef && bound(call, boundObjectRef)),
    });
    const spec = { audiences: [...wanted], expirationSeconds, ...(boundObjectRef && { boundObjectRef }) };
    return { kind: 'object', code: 201, object: { ...sent, spec, status: issued } as KubeObject };
  },
});

function matchAccount({ request }: Call, { metadata }: KubeObject): void {
  if (metadata.name && metadata.name !== request.name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${request.name})`);
  }
  metadata.name = request.name;
  if (metadata.namespace && metadata.namespace !== request.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadata.namespace = request.namespace;
}

function validate({ request }: Call, seconds: number): void {
  const path = new FieldPath('spec.expirationSeconds');
  const errors = [];
  if (seconds < MIN_SECONDS) errors.push(path.invalid(seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_SECONDS) errors.push(path.invalid(seconds, 'may not specify a duration larger than 2^32 seconds'));
  if (errors.length > 0) throw invalid(TOKEN_REQUEST, request.name, errors);
}

type Bound = Pick<TokenClaims, 'boundPod' | 'boundSecret' | 'boundNode'>;

function bound(call: Call, reference: BoundObjectReference): Bound {
  const { kind = '', apiVersion = '' } = reference;
  if (apiVersion !== 'v1' || !['Pod', 'Secret', 'Node'].includes(kind)) {
    throw badRequest(`cannot bind token for serviceaccount to object of type ${kindText(apiVersion, kind)}`);
  }
  if (kind === 'Secret') return { boundSecret: found(call, secrets as unknown as Resource, reference) };
  if (kind === 'Node') return { boundNode: found(call, nodes as unknown as Resource, reference) };
  const pod = found(call, pods as unknown as Resource, reference);
  const { spec } = pod.object as KubeObject & { spec?: { serviceAccountName?: string; nodeName?: string } };
  if ((spec?.serviceAccountName ?? '') !== call.request.name) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(call.request.name)} to pod running with different serviceaccount name.`,
    );
  }
  const node = spec?.nodeName && call.core.reader.get(nodes, { namespace: '', name: spec.nodeName });
  return {
    boundPod: { name: pod.name, uid: pod.uid },
    ...(node && { boundNode: { name: node.metadata.name, uid: node.metadata.uid } }),
  };
}

function found(call: Call, resource: Resource, reference: BoundObjectReference) {
  const { name = '', uid } = reference;
  const namespace = resource.scope === 'Namespaced' ? call.request.namespace : '';
  const object = call.core.reader.get(resource, { namespace, name });
  if (!object) throw notFound(resource, name);
  if (uid && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict(resource, name, why);
  }
  return { name, uid: object.metadata.uid, object };
}

function kindText(apiVersion: string, kind: string): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}
