/** What each of Kubernetes' own signers signs. Source: kubernetes pkg/apis/certificates/helpers.go and pkg/controller/certificates/signer. */
import type { Requested } from './requested.ts';

export const CLIENT = 'kubernetes.io/kube-apiserver-client';
export const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';
export const KUBELET_SERVING = 'kubernetes.io/kubelet-serving';

export const isOurs = (signerName: string): boolean => [CLIENT, KUBELET_CLIENT, KUBELET_SERVING].includes(signerName);

const isSet = (usages: readonly string[], wanted: readonly string[]): boolean =>
  new Set(usages).size === wanted.length && wanted.every((each) => usages.includes(each));

const isEither = (usages: readonly string[], required: readonly string[]): boolean =>
  isSet(usages, required) || isSet(usages, ['key encipherment', ...required]);

function nodeProblem({ organizations, commonName }: Requested): string | undefined {
  if (organizations.length !== 1 || organizations[0] !== 'system:nodes')
    return 'subject organization is not system:nodes';
  return commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node: ';
}

function servingProblem(requested: Requested, usages: readonly string[]): string | undefined {
  if (!isEither(usages, ['digital signature', 'server auth']))
    return 'usages did not match [digital signature server auth]';
  const problem = nodeProblem(requested);
  if (problem) return problem;
  if (requested.dnsNames.length + requested.ips.length === 0) return 'DNS or IP subjectAltName is required';
  return requested.emails.length > 0
    ? 'Email subjectAltNames are not allowed'
    : requested.uris.length > 0
      ? 'URI subjectAltNames are not allowed'
      : undefined;
}

function kubeletClientProblem(requested: Requested, usages: readonly string[]): string | undefined {
  const problem = nodeProblem(requested);
  if (problem) return problem;
  const kinds = [
    ['DNS', requested.dnsNames],
    ['Email', requested.emails],
    ['IP', requested.ips],
    ['URI', requested.uris],
  ] as const;
  const found = kinds.find(([, names]) => names.length > 0);
  if (found) return `${found[0]} subjectAltNames are not allowed`;
  return isEither(usages, ['digital signature', 'client auth'])
    ? undefined
    : 'usages did not match [client auth digital signature]';
}

const CLIENT_USAGES = ['digital signature', 'key encipherment', 'client auth'];

function clientProblem(usages: readonly string[]): string | undefined {
  const isFine = usages.includes('client auth') && usages.every((usage) => CLIENT_USAGES.includes(usage));
  return isFine ? undefined : `invalid usages for client certificate: [${usages.join(' ')}]`;
}

/** Why the signer refuses the request; undefined where it does not. */
export function refusal(signerName: string, requested: Requested, usages: readonly string[] = []): string | undefined {
  if (signerName === KUBELET_SERVING) return servingProblem(requested, usages);
  if (signerName === KUBELET_CLIENT) return kubeletClientProblem(requested, usages);
  return clientProblem(usages);
}
