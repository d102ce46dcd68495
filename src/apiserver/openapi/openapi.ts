/** OpenAPI as the server publishes it: `/openapi/v2`, `/openapi/v3` and what lies below; made when asked, then kept. */
import { createHash } from 'node:crypto';
import type { Resource } from '#apimachinery/resource.ts';
import { negotiateOpenApi } from './accept.ts';
import type { OpenApiSchema } from './definitions.ts';
import { loadDescriptions } from './descriptions.ts';
import { groupList, groupPath, legacyVersions } from './discovery-paths.ts';
import { groupVersionsOf } from './names.ts';
import { openApiV2 } from './v2.ts';
import { encodeOpenApiV2 } from './v2-protobuf.ts';
import { openApiV3, openApiV3Discovery } from './v3.ts';

export interface OpenApiOptions {
  /** What is served now; asked again on each request, a new array means a new document. */
  readonly resources: () => readonly Resource[];
  /** OpenAPI schemas of custom resources, by `Resource.type`. */
  readonly custom?: ((type: string) => OpenApiSchema | undefined) | undefined;
}

export interface OpenApiRequest {
  /** Such as `/openapi/v3/apis/apps/v1`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

export interface OpenApiAnswer {
  readonly status: 200 | 301 | 304 | 404 | 406;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface OpenApi {
  /** Answers any path below `/openapi/`. */
  answer(request: OpenApiRequest): Promise<OpenApiAnswer>;
}

const EMPTY = Buffer.alloc(0);
const NOT_FOUND: OpenApiAnswer = { status: 404, headers: {}, body: EMPTY };
const A_YEAR = 'public, max-age=31536000, immutable';

interface Cached {
  readonly resources: readonly Resource[];
  readonly documents: Map<string, Promise<Buffer>>;
}

export function createOpenApi({ resources: resourcesNow, custom }: OpenApiOptions): OpenApi {
  let cached: Cached = { resources: [], documents: new Map() };
  const current = (): Cached => {
    const resources = resourcesNow();
    if (cached.resources !== resources) cached = { resources, documents: new Map() };
    return cached;
  };
  const kept = (key: string, make: () => Promise<Buffer>): Promise<Buffer> => {
    const { documents } = current();
    const known = documents.get(key) ?? make();
    documents.set(key, known);
    return known;
  };
  const sources = async () => ({ resources: current().resources, descriptions: await loadDescriptions(), custom });
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));

  async function v2({ accept, ifNoneMatch }: OpenApiRequest): Promise<OpenApiAnswer> {
    const type = negotiateOpenApi(accept);
    if (!type) return { status: 406, headers: {}, body: EMPTY };
    const isJson = type === 'application/json';
    const body = await kept(type, async () => {
      const document = openApiV2(await sources());
      return isJson ? json(document) : encodeOpenApiV2(document);
    });
    return withTag({ body, etag: hashOf(body), type, ifNoneMatch });
  }

  async function v3(request: OpenApiRequest, name: string): Promise<OpenApiAnswer> {
    const { resources } = current();
    const make = documentMaker(name, resources);
    if (!make) return NOT_FOUND;
    const hash = hashOfName(name, resources);
    const asked = request.query.get('hash');
    if (asked && asked !== hash) {
      return { status: 301, headers: { location: `${request.path}?hash=${hash}` }, body: EMPTY };
    }
    const body = await kept(name, async () => json(make(await sources())));
    const answer = withTag({ body, etag: hash, type: 'application/json', ifNoneMatch: request.ifNoneMatch });
    return asked ? { ...answer, headers: { ...answer.headers, 'cache-control': A_YEAR } } : answer;
  }

  return {
    async answer(request) {
      const path = request.path.replace(/\/$/, '');
      if (path === '/openapi/v2') return v2(request);
      if (path === '/openapi/v3') {
        const body = json(openApiV3Index(current().resources));
        return withTag({ body, etag: hashOf(body), type: 'application/json', ifNoneMatch: request.ifNoneMatch });
      }
      return path.startsWith('/openapi/v3/') ? v3(request, path.slice('/openapi/v3/'.length)) : NOT_FOUND;
    },
  };
}

/** `/openapi/v3`: where each document lies, with the hash that makes its address immutable. */
export function openApiV3Index(resources: readonly Resource[]): OpenApiSchema {
  const names = documentNames(resources);
  const paths = names.map((name) => {
    return [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hashOfName(name, resources)}` }] as const;
  });
  return { paths: Object.fromEntries(paths) };
}

function documentNames(resources: readonly Resource[]): string[] {
  const versions = groupVersionsOf(resources);
  const groups = versions.filter(({ group }) => group !== '').map(({ group }) => `apis/${group}`);
  const documents = versions.map(({ group, version }) =>
    group === '' ? `api/${version}` : `apis/${group}/${version}`,
  );
  return [...new Set(['api', 'apis', ...groups, ...documents])].sort();
}

type Sources = Parameters<typeof openApiV3>[0];

function documentMaker(
  name: string,
  resources: readonly Resource[],
): ((sources: Sources) => OpenApiSchema) | undefined {
  if (!documentNames(resources).includes(name)) return undefined;
  const [root, first = '', second] = name.split('/');
  if (root === 'api' && first !== '') return (sources) => openApiV3(sources, { group: '', version: first });
  if (second !== undefined) return (sources) => openApiV3(sources, { group: first, version: second });
  const path = root === 'api' ? legacyVersions : first === '' ? groupList : groupPath(first);
  return ({ descriptions }) => openApiV3Discovery(path, descriptions);
}

/** Changes when the document may: over what the resources say, not over the document, which need not be made for it. */
function hashOfName(name: string, resources: readonly Resource[]): string {
  return hashOf(JSON.stringify([name, resources.map(({ columns: _, ...resource }) => resource)]));
}

const hashOf = (content: string | Buffer): string => createHash('sha512').update(content).digest('hex').toUpperCase();

interface Tagged {
  readonly body: Buffer;
  readonly etag: string;
  readonly type: string;
  readonly ifNoneMatch: string | undefined;
}

function withTag({ body, etag, type, ifNoneMatch }: Tagged): OpenApiAnswer {
  const headers = { etag: `"${etag}"`, vary: 'Accept', 'content-type': type };
  const isKnown = ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === headers.etag) ?? false;
  return isKnown ? { status: 304, headers, body: EMPTY } : { status: 200, headers, body };
}
