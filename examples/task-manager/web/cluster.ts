import { readFile } from 'node:fs/promises';
import { request } from 'node:https';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Reads one ConfigMap of the own namespace from the Kubernetes API, as this pod's service account: its Role allows
 * just that one.
 */
export async function readConfigMap(name: string): Promise<Record<string, string>> {
  const [token, ca, namespace] = await Promise.all(
    ['token', 'ca.crt', 'namespace'].map((file) => readFile(`${ACCOUNT}/${file}`, 'utf8')),
  );
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
  const body = await get({ host, port, path, ca, headers: { authorization: `Bearer ${token}` } });
  return (JSON.parse(body) as { data?: Record<string, string> }).data ?? {};
}

function get(options: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ ...options, timeout: 3_000 }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString('utf8');
      if (response.statusCode === 200) resolve(text);
      else reject(new Error(`the API answered ${response.statusCode}: ${text}`));
    });
    call.on('timeout', () => call.destroy(new Error('the API did not answer in 3 s')));
    call.on('error', reject);
    call.end();
  });
}
