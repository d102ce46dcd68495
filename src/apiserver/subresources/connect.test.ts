import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpoints } from '#api/core/v1/endpoints.ts';
import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { services } from '#api/core/v1/service.ts';
import type { Pod } from '#gen/core/v1.ts';
import { type TestRequest, type TestServer, testServer } from '../testing.ts';

let test: TestServer;
const allowed = new Set<string>();
const authorizer = {
  authorize: ({ verb, user }: { verb: string; user: { name: string } }) => ({
    decision: user.name === 'admin' || allowed.has(verb) ? ('allow' as const) : ('noOpinion' as const),
    reason: '',
  }),
  rulesFor: () => [],
};
beforeEach(async () => {
  allowed.clear();
  test = await testServer({ authorizer });
});
afterEach(() => test[Symbol.asyncDispose]());

const pod = (name: string, spec: object = { nodeName: 'node-1' }) =>
  test.object<Pod>({
    verb: 'create',
    resource: pods,
    body: {
      metadata: { name },
      spec: { containers: [{ name: 'app', image: 'a', ports: [{ name: 'http', containerPort: 8080 }] }], ...spec },
    },
  });
const connect = (resource: TestRequest['resource'], name: string, rest: Partial<TestRequest>) =>
  test.send({ verb: 'connect', resource, name, method: 'GET', ...rest });
const query = (text: string) => ({ options: { query: new URLSearchParams(text) } });

describe('streams of a pod', () => {
  it.each([
    ['log', 'container=app&tailLines=5&follow=true', '/containerLogs/default/a/app?follow=true&tailLines=5'],
    ['exec', 'command=sh&command=-c&stdout=true&tty=true', '/exec/default/a/app?output=1&tty=1&command=sh&command=-c'],
    ['attach', 'stdin=1&stdout=1', '/attach/default/a/app?input=1&output=1'],
    ['portforward', 'ports=80', '/portForward/default/a?port=80'],
  ])('%s goes to the kubelet', async (subresource, text, path) => {
    await pod('a');
    const answer = await connect(pods, 'a', { subresource, ...query(text) });
    expect(answer).toEqual({ kind: 'connect', target: { via: 'kubelet', nodeName: 'node-1', path } });
  });

  it.each([
    ['no such container', 'log', 'container=no', 'container no is not valid for pod a'],
    ['no stream', 'exec', 'command=sh', 'you must specify at least 1 of stdin, stdout, stderr'],
  ])('are refused with %s', async (_, subresource, text, message) => {
    await pod('a');
    await expect(connect(pods, 'a', { subresource, ...query(text) })).rejects.toMatchObject({
      status: { code: 400, message },
    });
  });

  it('need a node', async () => {
    await pod('a', {});
    await expect(connect(pods, 'a', { subresource: 'log' })).rejects.toMatchObject({
      status: { code: 400, message: 'pod a does not have a host assigned' },
    });
  });

  it.each([
    ['POST', ['create'], true],
    ['POST', ['get'], false],
    ['GET', ['get', 'create'], true],
    ['GET', ['get'], false],
    ['GET', ['create'], false],
  ])('over %s as somebody who may %j', async (method, verbs, isLetIn) => {
    await pod('a');
    for (const verb of verbs) allowed.add(verb);
    const user = { name: 'eve', groups: [] };
    const attempt = connect(pods, 'a', { subresource: 'exec', method, user, ...query('stdout=1&command=id') });
    if (isLetIn) await expect(attempt).resolves.toMatchObject({ kind: 'connect' });
    else {
      const missing = verbs.includes('get') ? 'create' : method === 'GET' ? 'get' : 'create';
      await expect(attempt).rejects.toMatchObject({
        status: {
          code: 403,
          message: `pods "a" is forbidden: User "eve" cannot ${missing} resource "pods/exec" in API group "" in the namespace "default"`,
        },
      });
    }
  });
});

describe('proxies', () => {
  const status = (made: Pod, podIP: string) =>
    test.send({
      verb: 'update',
      resource: pods,
      name: 'a',
      subresource: 'status',
      body: { ...made, status: { podIP } },
    });

  it.each([
    ['a', 'http', 8080],
    ['a:9090', 'http', 9090],
    ['https:a:http', 'https', 8080],
  ])('to the pod %s', async (name, scheme, port) => {
    await status(await pod('a'), '10.0.0.7');
    const options = { proxyPath: '/metrics', query: new URLSearchParams('x=1') };
    const answer = await connect(pods, name, { subresource: 'proxy', options });
    expect(answer).toMatchObject({
      target: { via: 'cluster', host: '10.0.0.7', port, scheme, path: '/metrics?x=1', nodeName: 'node-1' },
    });
  });

  it('to a service goes to one of its endpoints', async () => {
    const ports = [{ name: 'web', port: 80 }];
    await test.send({ verb: 'create', resource: services, body: { metadata: { name: 's' }, spec: { ports } } });
    const target = () => connect(services, 's:web', { subresource: 'proxy' });
    await expect(target()).rejects.toMatchObject({
      status: { code: 503, message: 'no endpoints available for service "s:web"' },
    });
    const subsets = [{ addresses: [{ ip: '10.0.0.9' }], ports: [{ name: 'web', port: 8080 }] }];
    await test.send({ verb: 'create', resource: endpoints, body: { metadata: { name: 's' }, subsets } });
    expect(await target()).toMatchObject({ target: { host: '10.0.0.9', port: 8080, path: '/' } });
  });

  it('to a node goes to its kubelet', async () => {
    await test.send({ verb: 'create', resource: nodes, body: { metadata: { name: 'n' } } });
    const answer = await connect(nodes, 'n', { subresource: 'proxy', options: { proxyPath: '/stats/summary' } });
    expect(answer).toEqual({ kind: 'connect', target: { via: 'kubelet', nodeName: 'n', path: '/stats/summary' } });
  });

  it.each([
    [pods, 'nope', 404],
    [services, 'nope', 404],
    [nodes, 'nope', 404],
    [pods, 'ftp:a:1', 400],
  ])('to what is not there', async (resource, name, code) => {
    await expect(connect(resource as TestRequest['resource'], name, { subresource: 'proxy' })).rejects.toMatchObject({
      status: { code },
    });
  });
});
