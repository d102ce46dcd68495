import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resources } from '#api/index.ts';
import { authorizerChain } from '#apiserver/authorization/chain.ts';
import { bootstrap } from '#apiserver/bootstrap/hooks.ts';
import { strategies } from '#apiserver/registry/index.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import { sqliteDriver } from '#storage/drivers/sqlite/sqlite.ts';

/** An API server with RBAC and all default admission over a SQLite file of its own, which goes with it. */
export async function benchServer(): Promise<AsyncDisposable & { readonly server: ApiServer }> {
  const dir = await mkdtemp(join(tmpdir(), 'timonel-bench-'));
  const driver = await sqliteDriver({ file: join(dir, 'state.db') });
  const server = await createApiServer({
    driver,
    clock: systemClock,
    log: silentLogger,
    resources,
    strategies,
    authorizer: authorizerChain,
    serviceCIDR: '10.96.0.0/16',
    nodePortRange: [30_000, 32_767],
  });
  const addresses = [{ ip: '192.0.2.1', port: 6443 }];
  await bootstrap({ handler: server.handler, serviceIP: '10.96.0.1', addresses });
  return {
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await driver[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const namespace = 'default';

/** A pod as a controller makes it; about 2 KiB once it is stored. */
export const podBody = (name: string) => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name, namespace, labels: { app: 'web', 'pod-template-hash': '6d4b75cb6d' } },
  spec: {
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'web',
        image: 'registry.example.com/web:1.2.3',
        ports: [{ containerPort: 8080, name: 'http' }],
        env: [{ name: 'MODE', value: 'production' }],
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
        readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
      },
    ],
  },
});

/** What a pod needs beside it before it is let in. */
export const accountBody = { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'default', namespace } };
