import { describe, expect, it } from 'vitest';
import { resources } from '#api/index.ts';
import { aggregatedDiscovery } from '../discovery/aggregated.ts';
import { compareVersions } from '../discovery/group-order.ts';
import { groupList, resourceList } from '../discovery/legacy.ts';
import { storageVersionHash } from '../discovery/storage-version-hash.ts';
import { accept, MEDIA_TYPES } from './accept.ts';
import { requestInfoOf } from './request-info.ts';

const info = (method: string, target: string) => {
  const [path = '', query = ''] = target.split('?');
  return requestInfoOf(method, { path, query: new URLSearchParams(query) });
};

describe('what a URL asks for', () => {
  it.each([
    ['GET', '/api/v1/pods', 'list', '', '', 'pods', '', ''],
    ['GET', '/api/v1/namespaces/a/pods?watch=true', 'watch', '', 'a', 'pods', '', ''],
    ['GET', '/api/v1/namespaces/a/pods?watch=0', 'list', '', 'a', 'pods', '', ''],
    ['GET', '/api/v1/watch/namespaces/a/pods/b', 'watch', '', 'a', 'pods', 'b', ''],
    ['HEAD', '/api/v1/namespaces/a/pods/b', 'get', '', 'a', 'pods', 'b', ''],
    ['GET', '/api/v1/namespaces', 'list', '', '', 'namespaces', '', ''],
    ['GET', '/api/v1/namespaces/a', 'get', '', 'a', 'namespaces', 'a', ''],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update', '', 'a', 'namespaces', 'a', 'finalize'],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/b/scale', 'patch', 'apps', 'a', 'deployments', 'b', 'scale'],
    ['DELETE', '/apis/apps/v1/namespaces/a/deployments', 'deletecollection', 'apps', 'a', 'deployments', '', ''],
    ['POST', '/api/v1/namespaces/a/pods/b/proxy/x/y', 'create', '', 'a', 'pods', 'b', 'proxy'],
  ])('%s %s', (method, target, ...expected) => {
    const [verb, group, namespace, resource, name, subresource] = expected;
    expect(info(method, target)).toMatchObject({
      isResourceRequest: true,
      verb,
      group,
      namespace,
      resource,
      name,
      subresource,
    });
  });

  it.each(['/', '/api', '/api/v1', '/apis/apps', '/apis/apps/v1', '/healthz', '/version'])('%s is a path', (path) => {
    expect(info('GET', path)).toMatchObject({ isResourceRequest: false, verb: 'get', path });
  });
});

describe('how an answer is chosen', () => {
  const rules = { mediaTypes: MEDIA_TYPES, allows: ({ kind }: { kind: string }) => kind === 'Table' };
  it.each([
    [undefined, 'application/json', ''],
    ['*/*', 'application/json', ''],
    ['application/yaml', 'application/yaml', ''],
    ['application/json;q=0.5, application/vnd.kubernetes.protobuf', 'application/vnd.kubernetes.protobuf', ''],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'application/json', 'Table'],
    ['application/json;as=Poem;v=v1;g=meta.k8s.io,application/json', 'application/json', ''],
    ['application/vnd.kubernetes.protobuf;as=Table;g=meta.k8s.io;v=v1,application/json', 'application/json', ''],
  ])('%s', (header, mediaType, as) => {
    expect(accept(header, rules)).toMatchObject({ mediaType, as });
  });

  it('is refused where nothing fits', () => {
    expect(() => accept('image/png', rules)).toThrow('only the following media types are accepted');
  });
});

describe('discovery', () => {
  it('knows upstream hashes and orders', () => {
    expect(storageVersionHash({ group: '', version: 'v1', kind: 'Pod' })).toBe('xPOwRZ+Yhw8=');
    expect(['v1beta1', 'foo', 'v1', 'v2', 'v1alpha1', 'v1beta2'].sort(compareVersions)).toEqual([
      'v2',
      'v1',
      'v1beta2',
      'v1beta1',
      'v1alpha1',
      'foo',
    ]);
    const [first, second] = groupList(resources).groups;
    expect([first?.name, second?.name]).toEqual(['apiregistration.k8s.io', 'apps']);
    expect(groupList(resources).groups.find(({ name }) => name === 'autoscaling')?.preferredVersion?.version).toBe(
      'v2',
    );
  });

  it('says the same in both forms', () => {
    const flat = resourceList({ group: '', version: 'v1' }, resources)?.resources ?? [];
    const { bytes, etag } = aggregatedDiscovery(resources, { root: '/api', version: 'v2' });
    const document = JSON.parse(bytes.toString()) as {
      items: { versions: { resources: { resource: string; subresources?: { subresource: string }[] }[] }[] }[];
    };
    const nested = (document.items[0]?.versions[0]?.resources ?? []).flatMap(({ resource, subresources = [] }) => [
      resource,
      ...subresources.map(({ subresource }) => `${resource}/${subresource}`),
    ]);
    expect(nested.sort()).toEqual(flat.map(({ name }) => name).sort());
    expect(nested).toContain('pods/log');
    expect(etag).toMatch(/^"[0-9A-F]{128}"$/);
  });
});
