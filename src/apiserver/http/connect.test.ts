import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect as dial } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pods } from '#api/core/v1/pod.ts';
import type { ApiHandler } from '#apimachinery/request.ts';
import { eventually } from '#base/wait.ts';
import { kubectl } from './testing/kubectl.ts';
import { testServer } from './testing/test-server.ts';

describe('requests that lead to a kubelet', () => {
  let kubelet: Server;
  let cluster: Awaited<ReturnType<typeof testServer>>;
  const handler: ApiHandler = async (request) => {
    const { name, namespace } = request;
    if (request.verb === 'get') {
      const metadata = { name, namespace, uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
      const object = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'main' }] } };
      return { kind: 'object', code: 200, object };
    }
    const path = `/containerLogs/${namespace}/${name}/main?${request.options.query?.toString() ?? ''}`;
    return { kind: 'connect', target: { via: 'kubelet', nodeName: 'n1', path } };
  };
  beforeAll(async () => {
    kubelet = createServer((request, response) => {
      response.write(`first ${request.url}\n`);
      setImmediate(() => response.end(`auth ${request.headers.authorization ?? 'none'}\n`));
    });
    kubelet.on('upgrade', (request, socket, head) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      socket.write(`${request.method} ${request.url} ${head.toString()}`);
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => kubelet.listen(0, '127.0.0.1', resolve));
    const { port } = kubelet.address() as AddressInfo;
    cluster = await testServer(handler, {
      dialKubelet: async () => dial(port, '127.0.0.1'),
      resources: [pods as never],
    });
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    kubelet.closeAllConnections();
    kubelet.close();
  });

  it('streams logs to real kubectl, without passing credentials on', async () => {
    const run = await kubectl(['logs', 'web', '--tail=3'], { kubeconfig: cluster.kubeconfig }).done;
    expect(run.stderr).toBe('');
    expect(run.stdout).toBe('first /containerLogs/default/web/main?container=main&tailLines=3\nauth none\n');
  });

  it('joins an upgraded connection to the kubelet, both ways', async () => {
    const path = '/api/v1/namespaces/default/pods/web/exec?command=sh';
    let heard = '';
    const socket = connect({ host: '127.0.0.1', port: cluster.port, ca: cluster.pki.caPem }, () => {
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
    });
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    await eventually(() => heard.includes('POST /containerLogs/default/web/main?command=sh'));
    expect(heard).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    socket.write('hello');
    await eventually(() => heard.endsWith('hello'));
    socket.destroy();
  });

  it('refuses exec without an upgrade', async () => {
    const run = await kubectl(['get', '--raw', '/api/v1/namespaces/default/pods/web/exec?command=sh'], {
      kubeconfig: cluster.kubeconfig,
    }).done;
    expect(run.stderr).toContain('Upgrade request required');
  });
});
