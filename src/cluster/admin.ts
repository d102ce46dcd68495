import { readFile } from 'node:fs/promises';
import type { Client } from '#client/client.ts';
import { httpSession } from '#client/http2-session.ts';
import { createHttpsClient } from '#client/https-client.ts';
import type { ClusterFolders } from './folders.ts';

/** The administrator's way into a cluster on this machine, by its kubeconfig. */
export interface AdminConnection {
  /** Whether the API server says that it is ready; false also while there is none. */
  isReady(): Promise<boolean>;
  client(): Promise<Client & AsyncDisposable>;
}

interface Credentials {
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export function adminConnection(folders: ClusterFolders): AdminConnection {
  return {
    async isReady() {
      const credentials = await credentialsFrom(folders.kubeconfig).catch(() => undefined);
      if (!credentials) return false;
      await using session = httpSession({ ...credentials, userAgent: 'timonel' });
      return await session.send({ method: 'GET', path: '/readyz', signal: AbortSignal.timeout(2_000) }).then(
        ({ code }) => code === 200,
        () => false,
      );
    },
    client: async () => createHttpsClient({ ...(await credentialsFrom(folders.kubeconfig)), userAgent: 'timonel' }),
  };
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
}

/** Reads only what Timonel itself wrote: JSON, one cluster, one user with a certificate. */
export async function credentialsFrom(path: string): Promise<Credentials> {
  const { clusters, users } = JSON.parse(await readFile(path, 'utf8')) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster ?? {}, users[0]?.user ?? {}];
  const decode = (text = '') => Buffer.from(text, 'base64').toString('utf8');
  return {
    server: cluster['server'] ?? '',
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
}
