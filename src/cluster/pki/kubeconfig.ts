import { writePrivate } from './stored-file.ts';

export interface KubeconfigInput {
  readonly clusterName: string;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly caPem: string;
  readonly userName: string;
  readonly namespace?: string;
  readonly credentials:
    | { readonly certPem: string; readonly keyPem: string }
    | { readonly token: string }
    | { readonly tokenFile: string };
}

/** A kubeconfig with one cluster, one user and one context, as JSON, which is YAML too. */
export function kubeconfig({ clusterName, server, caPem, userName, namespace, credentials }: KubeconfigInput): string {
  const context = userName === clusterName ? clusterName : `${userName}@${clusterName}`;
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    clusters: [{ name: clusterName, cluster: { server, 'certificate-authority-data': base64(caPem) } }],
    users: [{ name: userName, user: userOf(credentials) }],
    contexts: [{ name: context, context: { cluster: clusterName, user: userName, ...(namespace && { namespace }) } }],
    'current-context': context,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function userOf(credentials: KubeconfigInput['credentials']): Record<string, string> {
  if ('token' in credentials) return { token: credentials.token };
  if ('tokenFile' in credentials) return { tokenFile: credentials.tokenFile };
  return {
    'client-certificate-data': base64(credentials.certPem),
    'client-key-data': base64(credentials.keyPem),
  };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Writes a kubeconfig that only its owner can read. */
export async function writeKubeconfig(path: string, input: KubeconfigInput): Promise<void> {
  await writePrivate(path, kubeconfig(input));
}
