import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployments } from '#api/apps/v1/deployment.ts';
import { selfSubjectAccessReviews } from '#api/authorization/v1/self-subject-access-review.ts';
import { pods } from '#api/core/v1/pod.ts';
import { serviceAccounts } from '#api/core/v1/service-account.ts';
import { podDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import type { Deployment } from '#gen/apps/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import { type TestServer, testServer } from '../testing.ts';

let test: TestServer;
beforeEach(async () => {
  test = await testServer();
});
afterEach(() => test[Symbol.asyncDispose]());

const pod = (name: string, spec: object = {}) =>
  test.object<Pod>({
    verb: 'create',
    resource: pods,
    body: { metadata: { name, labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'a' }], ...spec } },
  });
const bind = (name: string, node: string) => ({
  verb: 'create' as const,
  resource: pods,
  name,
  subresource: 'binding',
  body: { metadata: { name }, target: { kind: 'Node', name: node } },
});

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'a' }] } };
const deployment = () =>
  test.object<Deployment>({
    verb: 'create',
    resource: deployments,
    body: {
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template },
      status: { replicas: 7 },
    },
  });

describe('status', () => {
  it('is dropped on create, kept by updates, and changed without the spec through its own path', async () => {
    const created = await deployment();
    expect(created.status).toEqual({});
    expect(created.metadata.generation).toBe(1);
    const written = await test.object<Deployment>({
      verb: 'update',
      resource: deployments,
      name: 'web',
      subresource: 'status',
      body: { ...created, spec: { ...created.spec, replicas: 9 }, status: { replicas: 2 } },
    });
    expect(written).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 2 }, metadata: { generation: 1 } });
    const updated = await test.object<Deployment>({
      verb: 'update',
      resource: deployments,
      name: 'web',
      body: { ...written, spec: { ...written.spec, replicas: 3 }, status: {} },
    });
    expect(updated).toMatchObject({ spec: { replicas: 3 }, status: { replicas: 2 }, metadata: { generation: 2 } });
  });
});

describe('scale', () => {
  it('shows and sets the replicas', async () => {
    await deployment();
    const at = { resource: deployments, name: 'web', subresource: 'scale' } as const;
    const scale = await test.object({ ...at, verb: 'get' });
    expect(scale).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 2 },
      status: { replicas: 0, selector: 'app=web' },
    });
    const patch = { patchType: 'application/merge-patch+json', patch: { spec: { replicas: 5 } } };
    expect(await test.object({ ...at, verb: 'patch', body: patch })).toMatchObject({ spec: { replicas: 5 } });
    const after = await test.object<Deployment>({ verb: 'get', resource: deployments, name: 'web' });
    expect(after).toMatchObject({ spec: { replicas: 5 }, metadata: { generation: 2 } });
  });
});

describe('binding', () => {
  it('gives a pod its node once', async () => {
    await pod('one');
    await expect(test.send(bind('one', 'n1'))).resolves.toMatchObject({ kind: 'status', code: 201 });
    const bound = await test.object<Pod>({ verb: 'get', resource: pods, name: 'one' });
    expect(bound.spec?.nodeName).toBe('n1');
    expect(bound.status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
    await expect(test.send(bind('one', 'n2'))).rejects.toMatchObject({
      status: {
        code: 409,
        message: 'Operation cannot be fulfilled on pods/binding "one": pod one is already assigned to node "n1"',
      },
    });
  });
});

describe('streams', () => {
  const connect = (name: string, subresource: string, query: string) =>
    test.send({ verb: 'connect', resource: pods, name, subresource, options: { query: new URLSearchParams(query) } });

  it.each([
    ['log', 'follow=true&tailLines=5', '/containerLogs/default/one/app?follow=true&tailLines=5'],
    ['exec', 'stdout=1&command=ls&command=-l', '/exec/default/one/app?output=1&command=ls&command=-l'],
    ['attach', 'stdin=true&tty=true', '/attach/default/one/app?input=1&tty=1'],
    ['portforward', '', '/portForward/default/one'],
  ])('%s leads to the kubelet', async (subresource, query, path) => {
    await pod('one', { nodeName: 'n1' });
    const answer = await connect('one', subresource, query);
    expect(answer).toEqual({ kind: 'connect', target: { via: 'kubelet', nodeName: 'n1', path } });
  });

  it.each([
    ['', 'a container name must be specified for pod two, choose one of: [a b]'],
    ['container=x', 'container x is not valid for pod two'],
  ])('refuses a log of no known container (%s)', async (query, message) => {
    const containers = ['a', 'b'].map((name) => ({ name, image: 'i' }));
    await pod('two', { nodeName: 'n1', containers });
    await expect(connect('two', 'log', query)).rejects.toMatchObject({ status: { code: 400, message } });
  });

  it('refuses to stream from a pod that has no node', async () => {
    await pod('one');
    await expect(connect('one', 'exec', 'stdout=1&command=ls')).rejects.toMatchObject({
      status: { code: 400, message: 'pod one does not have a host assigned' },
    });
  });
});

describe('eviction', () => {
  const evict = (name: string) =>
    test.send({ verb: 'create', resource: pods, name, subresource: 'eviction', body: { metadata: { name } } });
  const running = async (name: string) => {
    const created = await pod(name, { nodeName: 'n1' });
    const conditions = [{ type: 'Ready', status: 'True' }];
    const body = { ...created, status: { phase: 'Running', conditions } };
    await test.send({ verb: 'update', resource: pods, name, subresource: 'status', body });
  };

  it('spends the budget and is refused when it is gone', async () => {
    const at = { resource: podDisruptionBudgets, name: 'pdb' };
    const selector = { matchLabels: { app: 'web' } };
    const created = await test.object({
      verb: 'create',
      resource: podDisruptionBudgets,
      body: { metadata: { name: 'pdb' }, spec: { minAvailable: 1, selector } },
    });
    const status = {
      observedGeneration: 1,
      disruptionsAllowed: 1,
      currentHealthy: 2,
      desiredHealthy: 1,
      expectedPods: 2,
    };
    await test.send({ ...at, verb: 'update', subresource: 'status', body: { ...created, status } });
    await running('one');
    await running('two');
    await expect(evict('one')).resolves.toMatchObject({ kind: 'status', code: 201 });
    expect(await test.object({ ...at, verb: 'get' })).toMatchObject({
      status: { disruptionsAllowed: 0, disruptedPods: { one: '2026-01-01T00:00:00Z' } },
    });
    await expect(evict('two')).rejects.toMatchObject({
      status: {
        code: 429,
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        details: { causes: [{ message: 'The disruption budget pdb needs 1 healthy pods and has 2 currently' }] },
      },
    });
  });
});

describe('reviews', () => {
  it('answer from the authorizer and store nothing', async () => {
    const spec = { resourceAttributes: { verb: 'get', resource: 'pods' } };
    const answer = await test.object({
      verb: 'create',
      resource: selfSubjectAccessReviews,
      body: { metadata: {}, spec },
    });
    expect(answer).toMatchObject({ status: { allowed: true } });
    expect(await test.driver.currentRevision()).toBe(0);
  });

  it('refuses a subresource that a kind does not have', async () => {
    await expect(
      test.send({ verb: 'get', resource: serviceAccounts, name: 'x', subresource: 'status' }),
    ).rejects.toMatchObject({ status: { code: 405 } });
  });
});
