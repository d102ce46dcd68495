import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '#api/index.ts';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import { eventually } from '#base/wait.ts';
import { writeKubeconfig } from '#cluster/pki/kubeconfig.ts';
import { memoryDriver } from '#storage/drivers/memory.ts';
import { authenticator } from '../authentication/authenticator.ts';
import { serviceAccountKeys } from '../authentication/service-account-key.ts';
import { serviceAccountTokens } from '../authentication/service-account-tokens.ts';
import { authorizerChain } from '../authorization/chain.ts';
import { bootstrap } from '../bootstrap/hooks.ts';
import { type ApiServer, createApiServer } from '../server.ts';
import { defineStrategy } from '../strategy.ts';
import { issuerRoutes } from './own-routes.ts';
import { kubectl } from './testing/kubectl.ts';
import { testServer } from './testing/test-server.ts';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const rbacStrategies = resources
  .filter((one) => one.group === 'rbac.authorization.k8s.io')
  .map((resource) => defineStrategy(resource, { validateName: () => [] }));

describe('real kubectl against the whole API server', () => {
  let api: ApiServer;
  let cluster: Awaited<ReturnType<typeof testServer>>;
  let janesConfig: string;
  beforeAll(async () => {
    api = await createApiServer({
      driver: memoryDriver(),
      clock: systemClock,
      log: silentLogger,
      resources,
      strategies: rbacStrategies,
      authorizer: authorizerChain,
      admission: () => [],
      serviceCIDR: '10.96.0.0/16',
      nodePortRange: [30000, 32767],
    });
    const { handler, reader } = api;
    const { generateKeyPairSync } = await import('node:crypto');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keys = serviceAccountKeys(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const tokens = serviceAccountTokens({ issuer: ISSUER, keys, reader, clock: systemClock });
    const health = { name: 'etcd', check: () => void api.cache.revision, isLiveness: true };
    cluster = await testServer(handler, {
      authenticate: authenticator({ tokens }),
      authorizer: authorizerChain(reader),
      healthChecks: [health],
      extraRoutes: [issuerRoutes(ISSUER, keys)],
    });
    await bootstrap({ handler, serviceIP: '10.96.0.1', addresses: [{ ip: '127.0.0.1', port: cluster.port }] });
    const { certPem, keyPem } = await cluster.pki.issueClientCert({ cn: 'jane', orgs: ['dev'] });
    janesConfig = join(cluster.pki.dir, 'jane.kubeconfig');
    const credentials = { certPem, keyPem };
    const { caPem } = cluster.pki;
    await writeKubeconfig(janesConfig, { clusterName: 't', server: cluster.url, caPem, userName: 'jane', credentials });
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
  });
  const asAdmin = (...args: string[]) => kubectl(args, { kubeconfig: cluster.kubeconfig }).done;
  const asJane = (...args: string[]) => kubectl(args, { kubeconfig: janesConfig }).done;

  it('creates, labels, patches, lists, explains and deletes', async () => {
    const steps = [
      await asAdmin('create', 'configmap', 'conf', '--from-literal=a=b'),
      await asAdmin('label', 'cm', 'conf', 'tier=web'),
      await asAdmin('patch', 'cm', 'conf', '--type=merge', '-p', '{"data":{"c":"d"}}'),
    ];
    expect(steps.map(({ code, stderr }) => [code, stderr])).toEqual(steps.map(() => [0, '']));
    const listed = await asAdmin('get', 'cm', '-l', 'tier=web', '--no-headers', '-A');
    expect(listed.stdout).toMatch(/^default +conf +2 +/);
    const explained = await asAdmin('explain', 'configmap.data');
    expect(explained.stdout).toContain('FIELD: data <map[string]string>');
    expect((await asAdmin('delete', 'cm', 'conf')).stdout).toMatch(/configmap "conf" deleted/);
  });

  it('takes manifests, and refuses unknown fields', async () => {
    const manifest = (extra: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: applied\n  namespace: default\ndata: {a: b}\n${extra}`;
    const run = (input: string) => kubectl(['create', '-f', '-'], { kubeconfig: cluster.kubeconfig, input }).done;
    expect((await run(manifest(''))).stdout).toBe('configmap/applied created\n');
    const refused = await run(manifest('wrong: 1\n'));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('strict decoding error: unknown field "wrong"');
  });

  it('tells a stranger what she may not do, in upstream words', async () => {
    const refused = await asJane('get', 'pods');
    expect(refused.stderr).toBe(
      'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"\n',
    );
    const path = await asJane('get', '--raw', '/metrics');
    expect(path.stderr).toContain('forbidden: User "jane" cannot get path "/metrics"');
    expect((await asJane('get', '--raw', '/version')).stdout).toContain('"minor": "36"');
  });

  it('obeys a new binding at once', async () => {
    const bound = await asAdmin('create', 'rolebinding', 'janes', '--clusterrole=view', '--user=jane');
    expect(bound.stderr).toBe('');
    const listed = await asJane('get', 'configmaps', '-o', 'name');
    expect(listed.code).toBe(0);
    const other = await asAdmin('get', 'secrets', '--as=jane');
    expect(other.stderr).toContain('User "jane" cannot list resource "secrets"');
  });

  it('reports its health, its metrics and its keys', async () => {
    const ready = await asAdmin('get', '--raw', '/readyz?verbose');
    expect(ready.stdout).toBe('[+]ping ok\n[+]etcd ok\nreadyz check passed\n');
    expect((await asAdmin('get', '--raw', '/livez/etcd')).stdout).toBe('ok');
    expect((await asAdmin('get', '--raw', '/metrics')).stdout).toMatch(/^apiserver_request_total\{verb="LIST"/m);
    const keySet = JSON.parse((await asAdmin('get', '--raw', '/openid/v1/jwks')).stdout) as { keys: unknown[] };
    expect(keySet.keys).toHaveLength(1);
  });

  it('streams changes to a watcher as they happen', async () => {
    const watching = kubectl(['get', 'cm', '-w', '-o', 'name'], { kubeconfig: cluster.kubeconfig });
    await eventually(() => watching.output().includes('configmap/applied'));
    await asAdmin('create', 'configmap', 'fresh');
    expect(await eventually(() => watching.output().includes('configmap/fresh'))).toBe(true);
    watching.stop();
    await watching.done;
  });
});
