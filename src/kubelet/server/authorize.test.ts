import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { createLogger } from '#base/log.ts';
import { type ClientIdentity, ensurePki, type Pki } from '../../cluster/pki/pki.ts';
import type { ContainerRuntime } from '../runtimes/runtime.ts';
import { type KubeletServer, startServer } from './server.ts';

let dir: string;
let pki: Pki;
let server: KubeletServer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'authorize-'));
  pki = await ensurePki({ dir, hosts: [], clock: systemClock });
  const { keyPem: key, certPem: cert } = await pki.kubeletServingCert('n1', ['127.0.0.1']);
  server = await startServer({
    serving: { address: '127.0.0.1', port: 0, tls: { key, cert, clientCA: pki.caPem } },
    runtime: {} as ContainerRuntime,
    pods: () => [],
    nodeName: 'n1',
    clock: systemClock,
    log: createLogger({ write: () => {} }),
  });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await pki?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

interface Asked {
  readonly path: string;
  readonly identity?: ClientIdentity | undefined;
  readonly issuer?: Pki | undefined;
  readonly isUpgrade?: boolean;
}

async function ask({ path, identity, issuer = pki, isUpgrade = false }: Asked): Promise<string> {
  const pair = identity && (await issuer.issueClientCert(identity));
  const asked = request({
    host: '127.0.0.1',
    port: server.port,
    path,
    ca: pki.caPem,
    agent: false,
    ...(pair && { key: pair.keyPem, cert: pair.certPem }),
    ...(isUpgrade && {
      headers: { Connection: 'Upgrade', Upgrade: 'SPDY/3.1', 'X-Stream-Protocol-Version': 'v4.channel.k8s.io' },
    }),
  }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return `${response.statusCode} ${body}`;
}

const apiServer = { cn: 'kube-apiserver-kubelet-client' };
const other = { cn: 'system:node:n2', orgs: ['system:nodes'] };
const exec = '/exec/default/x/c?command=id&output=1';

describe('the kubelet server over TLS', () => {
  it.each<[string, Asked, string]>([
    ['serves the API server', { path: '/healthz', identity: apiServer }, '200 ok'],
    ['serves masters', { path: '/healthz', identity: { cn: 'admin', orgs: ['dev', 'system:masters'] } }, '200 ok'],
    ['refuses who has no certificate', { path: '/healthz' }, '401 Unauthorized'],
    ['refuses commands of who has no certificate', { path: exec, isUpgrade: true }, '401 Unauthorized'],
    [
      "forbids another's pods to a node",
      { path: '/pods', identity: other },
      '403 Forbidden (user=system:node:n2, verb=get, resource=nodes, subresource(s)=[pods proxy])',
    ],
    [
      'forbids commands to a node',
      { path: exec, identity: other, isUpgrade: true },
      '403 Forbidden (user=system:node:n2, verb=get, resource=nodes, subresource(s)=[proxy])',
    ],
    [
      'lets the API server through to commands',
      { path: exec, identity: apiServer, isUpgrade: true },
      '404 pod does not exist',
    ],
  ])('%s', async (_, asked, expected) => {
    expect(await ask(asked)).toBe(expected);
  });

  it('takes no certificate of another authority, whatever its name', async () => {
    const theirs = await mkdtemp(join(tmpdir(), 'authorize-other-'));
    const issuer = await ensurePki({ dir: theirs, hosts: [], clock: systemClock });
    try {
      expect(await ask({ path: '/pods', identity: apiServer, issuer })).toBe('401 Unauthorized');
    } finally {
      await issuer[Symbol.asyncDispose]();
      await rm(theirs, { recursive: true, force: true });
    }
  });
});
