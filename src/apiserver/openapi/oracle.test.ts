import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { resources } from '#api/index.ts';
import type { OpenApiSchema } from './definitions.ts';
import { loadDescriptions } from './descriptions.ts';
import { openApiV2 } from './v2.ts';

/** Upstream's own document; it is no part of the repository. */
const upstreamFile = fileURLToPath(new URL('../../../../shared/facts/openapi-v2-1.36.json.gz', import.meta.url));
const isThere = existsSync(upstreamFile);

interface Document {
  definitions: Record<string, OpenApiSchema & { properties?: Record<string, OpenApiSchema> }>;
  paths: Record<string, Record<string, OpenApiSchema>>;
  parameters: Record<string, OpenApiSchema>;
}

const sortedKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(keys.map(([key, inner]) => [key, sortedKeys(inner)]));
};
const same = (a: unknown, b: unknown) => JSON.stringify(sortedKeys(a)) === JSON.stringify(sortedKeys(b));
const bare = (schema: OpenApiSchema | undefined) => {
  const { description: _, ...rest } = schema ?? {};
  return rest;
};

describe.skipIf(!isThere)(
  `against upstream's OpenAPI v2${isThere ? '' : ' (skipped: ../shared/facts/openapi-v2-1.36.json.gz is not there)'}`,
  async () => {
    const upstream = (
      isThere
        ? JSON.parse(gunzipSync(readFileSync(upstreamFile)).toString())
        : { definitions: {}, paths: {}, parameters: {} }
    ) as Document;
    const ours = openApiV2({ resources, descriptions: await loadDescriptions() }) as unknown as Document;
    const names = Object.keys(ours.definitions);

    it('defines nothing that upstream does not', () => {
      expect(names.length).toBeGreaterThan(500);
      expect(names.filter((name) => !(name in upstream.definitions))).toEqual([]);
    });

    it('has upstream’s properties, types, list and patch extensions, field by field', () => {
      const differences: string[] = [];
      for (const name of names) {
        const [mine, theirs] = [ours.definitions[name]?.properties ?? {}, upstream.definitions[name]?.properties ?? {}];
        for (const field of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
          if (!same(bare(mine[field]), bare(theirs[field]))) differences.push(`${name}.${field}`);
        }
      }
      expect(differences).toEqual([]);
    });

    it('has upstream’s required fields, unions and map types', () => {
      // Upstream lists these two for groups that we do not serve, too.
      const isShared = (name: string, key: string) =>
        /\.(DeleteOptions|WatchEvent)$/.test(name) && key.endsWith('group-version-kind');
      const differences = names.flatMap((name) => {
        const [mine, theirs] = [ours.definitions[name] ?? {}, upstream.definitions[name] ?? {}];
        const keys = new Set(
          [...Object.keys(mine), ...Object.keys(theirs)].filter((key) => key !== 'description' && key !== 'properties'),
        );
        return [...keys]
          .filter((key) => !isShared(name, key) && !same(mine[key], theirs[key]))
          .map((key) => `${name} ${key}`);
      });
      expect(differences).toEqual([]);
    });

    const parametersOf = (holder: OpenApiSchema | undefined): string[] =>
      ((holder?.['parameters'] ?? []) as OpenApiSchema[])
        .map((one) => (one['$ref'] ? (upstream.parameters[String(one['$ref']).split('/').at(-1) ?? ''] ?? {}) : one))
        .map((one) => `${String(one['in'])} ${String(one['name'])} ${String(one['type'])}`)
        .sort();

    // Upstream's own definition of this kind says watch; discovery does not.
    const paths = Object.keys(ours.paths).filter((path) => !path.includes('componentstatuses'));

    it('has upstream’s paths, operations and parameters', () => {
      const differences: string[] = [];
      for (const path of paths) {
        const [mine, theirs] = [ours.paths[path] ?? {}, upstream.paths[path] ?? {}];
        if (!same(parametersOf(mine), parametersOf(theirs))) differences.push(`${path} parameters`);
        for (const method of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
          if (method === 'parameters') continue;
          const keys = [
            'operationId',
            'description',
            'x-kubernetes-action',
            'x-kubernetes-group-version-kind',
            'tags',
            'responses',
          ];
          for (const key of keys)
            if (!same(mine[method]?.[key], theirs[method]?.[key])) differences.push(`${method} ${path} ${key}`);
          if (!same(parametersOf(mine[method]), parametersOf(theirs[method])))
            differences.push(`${method} ${path} parameters`);
        }
      }
      expect(differences).toEqual([]);
    });

    it('misses only paths of what is not served here', () => {
      const missing = Object.keys(upstream.paths).filter((path) => !(path in ours.paths) && !/alpha|beta/.test(path));
      expect(missing).toEqual([
        '/.well-known/openid-configuration/',
        '/apis/internal.apiserver.k8s.io/',
        '/apis/storagemigration.k8s.io/',
        '/logs/',
        '/logs/{logpath}',
        '/openid/v1/jwks/',
        '/version/',
      ]);
    });

    it('describes every field that upstream describes', () => {
      const silent = names.flatMap((name) =>
        Object.entries(ours.definitions[name]?.properties ?? {})
          .filter(
            ([field, schema]) =>
              !schema['description'] && upstream.definitions[name]?.properties?.[field]?.['description'],
          )
          .map(([field]) => `${name}.${field}`),
      );
      expect(silent).toEqual([]);
    });
  },
);
