import { describe, expect, it } from 'vitest';
import { resources } from '#api/index.ts';
import { defineResource } from '#apimachinery/resource.ts';
import type { OpenApiSchema } from './definitions.ts';
import { createOpenApi } from './openapi.ts';

const openApi = createOpenApi({ resources: () => resources });
const ask = (path: string, more: { hash?: string; accept?: string; ifNoneMatch?: string } = {}) => {
  const { hash, ...rest } = more;
  return openApi.answer({ path, query: new URLSearchParams(hash ? { hash } : {}), ...rest });
};
const json = async (path: string) => JSON.parse((await ask(path)).body.toString()) as unknown;

interface V3 {
  paths: Record<string, Record<string, { parameters?: { name: string }[] } & OpenApiSchema>>;
  components: { schemas: Record<string, OpenApiSchema & { properties: Record<string, OpenApiSchema> }> };
}

describe('OpenAPI v3', async () => {
  const index = (await json('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
  const apps = (await json('/openapi/v3/apis/apps/v1')) as V3;

  it('indexes every group and version under an address that never changes its meaning', async () => {
    expect(Object.keys(index.paths)).toEqual(
      expect.arrayContaining(['api', 'api/v1', 'apis', 'apis/apps', 'apis/apps/v1']),
    );
    const url = index.paths['apis/apps/v1']?.serverRelativeURL ?? '';
    expect(url).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/);
    const hash = url.split('=')[1] ?? '';
    const answer = await ask('/openapi/v3/apis/apps/v1', { hash });
    expect(answer.headers['cache-control']).toContain('immutable');
    expect(await ask('/openapi/v3/apis/apps/v1', { hash: 'OLD' })).toMatchObject({
      status: 301,
      headers: { location: url },
    });
    expect((await ask('/openapi/v3/apis/apps/v1', { ifNoneMatch: `"${hash}"` })).status).toBe(304);
  });

  it.each(['/openapi/v3/apis/nonsense/v1', '/openapi/v3/api/v9', '/openapi/v4'])('has no %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it('defines all that it refers to', () => {
    const wanted = [...JSON.stringify(apps).matchAll(/#\/components\/schemas\/([^"]+)/g)].map(
      (match) => match[1] ?? '',
    );
    expect(wanted.filter((name) => !(name in apps.components.schemas))).toEqual([]);
  });

  it('says what explain shows', () => {
    const spec = apps.components.schemas['io.k8s.api.apps.v1.DeploymentSpec'];
    expect(spec?.['required']).toEqual(['selector', 'template']);
    expect(spec?.properties['strategy']).toMatchObject({
      allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy' }],
      default: {},
      'x-kubernetes-patch-strategy': 'retainKeys',
      description: expect.stringMatching(/./),
    });
    expect(apps.components.schemas['io.k8s.api.apps.v1.DeploymentStrategy']?.properties['type']).toMatchObject({
      type: 'string',
      description: expect.stringContaining('Type of deployment'),
    });
    expect(apps.components.schemas['io.k8s.api.core.v1.ContainerPort']?.properties['protocol']).toMatchObject({
      default: 'TCP',
    });
  });

  it('tells clients that the server validates fields and knows dry run', () => {
    const patch = apps.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.['patch'];
    expect(patch?.parameters?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['dryRun', 'fieldValidation', 'force']),
    );
    expect(patch?.['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', version: 'v1', kind: 'Deployment' });
    const content = (patch?.['requestBody'] as { content: object } | undefined)?.content;
    expect(Object.keys(content ?? {})).toContain('application/apply-patch+yaml');
  });

  it('shows custom resources by the schema that they come with', async () => {
    const widgets = defineResource({
      group: 'example.com',
      version: 'v1',
      kind: 'Widget',
      plural: 'widgets',
      scope: 'Namespaced',
      type: 'com.example.v1.Widget',
    });
    const schema = { type: 'object', properties: { spec: { type: 'object' } } };
    const served = createOpenApi({
      resources: () => [widgets],
      custom: (type) => (type === widgets.type ? schema : undefined),
    });
    const { body } = await served.answer({ path: '/openapi/v3/apis/example.com/v1', query: new URLSearchParams() });
    const document = JSON.parse(body.toString()) as V3;
    expect(document.components.schemas['com.example.v1.Widget']).toMatchObject(schema);
    expect(document.components.schemas['com.example.v1.WidgetList']?.['required']).toEqual(['items']);
    const patch = document.paths['/apis/example.com/v1/namespaces/{namespace}/widgets/{name}']?.['patch'];
    const content = (patch?.['requestBody'] as { content: object } | undefined)?.content;
    expect(content).toBeDefined();
    expect(Object.keys(content ?? {})).not.toContain('application/strategic-merge-patch+json');
  });

  it('follows the resources as they change', async () => {
    let served = resources.slice(0, 1);
    const changing = createOpenApi({ resources: () => served });
    const indexNow = async () =>
      (await changing.answer({ path: '/openapi/v3', query: new URLSearchParams() })).body.toString();
    const before = await indexNow();
    served = resources.slice(0, 2);
    expect(await indexNow()).not.toBe(before);
  });
});

describe('OpenAPI v2', () => {
  it('comes as JSON unless asked for otherwise', async () => {
    for (const accept of ['', '*/*', 'application/json', 'application/json;q=0.9']) {
      expect((await ask('/openapi/v2', { accept })).headers['content-type']).toBe('application/json');
    }
    expect((await ask('/openapi/v2', { accept: 'text/html' })).status).toBe(406);
  });

  it('comes as protobuf to kubectl', async () => {
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const { headers, body, status } = await ask('/openapi/v2', { accept });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    // Document.swagger is field 1, Document.info field 2 with the title in field 1.
    expect(body.subarray(0, 7).toString('latin1')).toBe('\x0a\x032.0\x12\x15');
    expect(body.includes('io.k8s.api.core.v1.PodSpec')).toBe(true);
  });

  it('is the same bytes, and the same tag, as long as nothing changes', async () => {
    const first = await ask('/openapi/v2');
    const again = await ask('/openapi/v2', { ifNoneMatch: first.headers['etag'] ?? '' });
    expect(again.status).toBe(304);
    expect((await ask('/openapi/v2')).body).toBe(first.body);
  });
});
