import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resources } from '#api/index.ts';
import type { ApiHandler, UserInfo } from '#apimachinery/request.ts';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import { writeKubeconfig } from '#cluster/pki/kubeconfig.ts';
import { ensurePki } from '#cluster/pki/pki.ts';
import type { Authenticate } from '../../authentication/authenticate.ts';
import type { Authorizer } from '../../authorization/authorizer.ts';
import { type HttpServerOptions, startHttpServer } from '../start-http-server.ts';

export const admin: UserInfo = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

const allowAll: Authorizer = { authorize: () => ({ decision: 'allow', reason: '' }), rulesFor: () => [] };

/** A real server on a free port of loopback, with its own CA and an administrator's kubeconfig. */
export async function testServer(handler: ApiHandler, extra: Partial<HttpServerOptions> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'timonel-http-'));
  const pki = await ensurePki({ dir: join(dir, 'pki'), hosts: [], clock: systemClock });
  const authenticate: Authenticate = async () => admin;
  const server = await startHttpServer({
    handler,
    resources,
    authenticate,
    authorizer: allowAll,
    tls: { key: pki.serving.keyPem, cert: pki.serving.certPem, ca: pki.caPem },
    listen: [{ host: '127.0.0.1', port: 0 }],
    dialKubelet: () => Promise.reject(new Error('no kubelet here')),
    log: silentLogger,
    clock: systemClock,
    ...extra,
  });
  const [address] = server.addresses;
  const port = address && 'port' in address ? address.port : 0;
  const { certPem, keyPem } = await pki.issueClientCert({ cn: 'admin', orgs: ['system:masters'] });
  const kubeconfig = join(dir, 'kubeconfig');
  const url = `https://127.0.0.1:${port}`;
  const credentials = { certPem, keyPem };
  await writeKubeconfig(kubeconfig, {
    clusterName: 't',
    server: url,
    caPem: pki.caPem,
    userName: 'admin',
    credentials,
  });
  return {
    pki,
    port,
    url,
    kubeconfig,
    server,
    credentials,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await pki[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
