import { beforeAll, describe, expect, it } from 'vitest';
import { namespaces } from '#api/core/v1/namespace.ts';
import { services } from '#api/core/v1/service.ts';
import { resources } from '#api/index.ts';
import { clusterRoles } from '#api/rbac/v1/cluster-role.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { UserInfo } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { fakeClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import { memoryDriver } from '#storage/drivers/memory.ts';
import { APISERVER_USER, authorizerChain } from '../authorization/chain.ts';
import { escalationCheck } from '../authorization/escalation.ts';
import { escalationAdmission } from '../authorization/escalation-admission.ts';
import { reviewOwnAccess } from '../authorization/reviews.ts';
import { type ApiServer, createApiServer } from '../server.ts';
import { defineStrategy } from '../strategy.ts';
import { CLUSTER_ROLES } from './cluster-roles.ts';
import { CONTROLLER_ROLES } from './controller-roles.ts';
import { BOOTSTRAP_HOOKS, bootstrap } from './hooks.ts';

/** Role names may hold colons; the server's own registry has these strategies too. */
const rbacStrategies = resources
  .filter((one) => one.group === 'rbac.authorization.k8s.io')
  .map((resource) => defineStrategy(resource, { validateName: () => [] }));

const account = (name: string): UserInfo => ({
  name: `system:serviceaccount:kube-system:${name}`,
  groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
});
const jane: UserInfo = { name: 'jane', groups: ['system:authenticated'] };

describe('a server that has bootstrapped', () => {
  let server: ApiServer;
  const start = () =>
    bootstrap({ handler: server.handler, serviceIP: '10.96.0.1', addresses: [{ ip: '192.0.2.1', port: 6443 }] });
  beforeAll(async () => {
    server = await createApiServer({
      driver: memoryDriver(),
      clock: fakeClock(),
      log: silentLogger,
      resources,
      strategies: rbacStrategies,
      authorizer: authorizerChain,
      admission: ({ authorizer }) => [escalationAdmission(authorizer)],
      serviceCIDR: '10.96.0.0/16',
      nodePortRange: [30000, 32767],
    });
    await start();
    return () => server[Symbol.asyncDispose]();
  });
  const decide = (user: UserInfo, text: string, name = '') => {
    const [verb = '', group = '', resource = '', namespace = ''] = text.split(' ');
    const [plural = '', subresource = ''] = resource.split('/');
    const attributes = { verb, group: group === 'core' ? '' : group, resource: plural, subresource, namespace, name };
    return reviewOwnAccess({ resourceAttributes: attributes }, user, authorizerChain(server.reader));
  };

  it('has the system namespaces, the kubernetes service and every default role', () => {
    const names = server.reader.list(namespaces).map((one) => one.metadata.name);
    expect(names.sort()).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    const service = server.reader.get(services, { namespace: 'default', name: 'kubernetes' });
    expect(service?.spec?.clusterIP).toBe('10.96.0.1');
    expect(server.reader.list(clusterRoles)).toHaveLength(CLUSTER_ROLES.length + CONTROLLER_ROLES.length);
    const admin = server.reader.get(clusterRoles, { namespace: '', name: 'cluster-admin' });
    expect(admin?.metadata.labels).toEqual({ 'kubernetes.io/bootstrapping': 'rbac-defaults' });
    expect(admin?.rules).toEqual([
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ]);
  });

  it('changes nothing at the next start', async () => {
    const before = server.cache.revision;
    await start();
    expect(server.cache.revision).toBe(before);
    expect(BOOTSTRAP_HOOKS.length).toBeGreaterThan(3);
  });

  it('gives back what a role lost, and keeps what a user added', async () => {
    const name = 'cluster-admin';
    const role = server.reader.get(clusterRoles, { namespace: '', name });
    const mine = { verbs: ['get'], apiGroups: ['mine'], resources: ['things'] };
    const body = { ...role, rules: [mine] } as KubeObject;
    const asked = { resource: clusterRoles as unknown as Resource, namespace: '', subresource: '', options: {} };
    await server.handler({ ...asked, verb: 'update', name, user: APISERVER_USER, body });
    await start();
    expect(server.reader.get(clusterRoles, { namespace: '', name })?.rules).toEqual([mine, ...(role?.rules ?? [])]);
  });

  it.each([
    ['deployment-controller', 'create apps replicasets default', true],
    ['deployment-controller', 'create core secrets default', false],
    ['replicaset-controller', 'create core pods default', true],
    ['generic-garbage-collector', 'delete example.com widgets default', true],
    ['endpointslice-controller', 'create discovery.k8s.io endpointslices default', true],
    ['ttl-controller', 'delete core nodes', false],
  ])('%s: %s is %s', (name, text, allowed) => {
    expect(decide(account(name), text).allowed).toBe(allowed);
  });

  it('says which binding allowed', () => {
    expect(decide(account('job-controller'), 'create core pods default').reason).toBe(
      'RBAC: allowed by ClusterRoleBinding "system:controller:job-controller" of ClusterRole "system:controller:job-controller" to ServiceAccount "job-controller/kube-system"',
    );
  });

  it('refuses a stranger in upstream words', async () => {
    const { resources: all } = server;
    const pods = all.find((one) => one.plural === 'pods') as Resource;
    const list = { verb: 'list' as const, resource: pods, name: '', subresource: '', options: {}, user: jane };
    await expect(server.handler({ ...list, namespace: 'default' })).rejects.toThrow(
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    await expect(server.handler({ ...list, namespace: '' })).rejects.toThrow(
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope',
    );
  });

  it('lets a kubelet read only what its pods need', async () => {
    const node: UserInfo = { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] };
    const asked = { namespace: 'default', name: '', subresource: '', options: {}, user: APISERVER_USER };
    const pods = server.resources.find((one) => one.plural === 'pods') as Resource;
    const spec = {
      nodeName: 'n1',
      serviceAccountName: 'web',
      containers: [{ name: 'c', image: 'i', envFrom: [{ secretRef: { name: 'mine' } }] }],
      volumes: [{ name: 'v', configMap: { name: 'conf' } }],
    };
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec } as unknown as KubeObject;
    await server.handler({ ...asked, verb: 'create', resource: pods, body });
    expect(decide(node, 'get core secrets default', 'mine').allowed).toBe(true);
    expect(decide(node, 'get core configmaps default', 'conf').allowed).toBe(true);
    expect(decide(node, 'create core serviceaccounts/token default', 'web').allowed).toBe(true);
    const other = decide(node, 'get core secrets default', 'other');
    expect(other).toEqual({ allowed: false, reason: "no relationship found between node 'n1' and this object" });
    expect(decide(node, 'update coordination.k8s.io leases kube-node-lease', 'n1').allowed).toBe(true);
    expect(decide(node, 'update coordination.k8s.io leases kube-node-lease', 'n2').allowed).toBe(false);
    expect(decide(node, 'patch core nodes/status', 'n1').allowed).toBe(true);
  });

  it('lets nobody grant what they do not hold', () => {
    const check = escalationCheck(server.reader, authorizerChain(server.reader));
    const rules = [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] }];
    const write = { user: jane, plural: 'roles', namespace: 'default', name: 'r', rules };
    expect(check.role(write)?.message).toBe(
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    );
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:discovery' };
    const binding = { user: jane, plural: 'rolebindings', namespace: 'default', name: 'b', roleRef };
    expect(check.binding(binding)).toBeUndefined();
    expect(check.binding({ ...binding, roleRef: { ...roleRef, name: 'admin' } })?.code).toBe(403);
    expect(check.role({ ...write, user: APISERVER_USER })).toBeUndefined();
  });
});
