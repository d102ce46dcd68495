import type { UserInfo } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { aggregatedDiscovery } from '../discovery/aggregated.ts';
import { apiVersions, groupDocument, groupList, resourceList } from '../discovery/legacy.ts';
import { type AcceptRules, accept } from './accept.ts';
import { type Exchange, headerOf, type ResponseHeaders } from './exchange.ts';
import { type HealthCheck, healthReport } from './health.ts';
import type { PathAnswer } from './path-answer.ts';
import type { RequestInfo } from './request-info.ts';
import { send } from './respond.ts';
import { unknownMethod } from './status-answer.ts';

export interface PathRequest {
  readonly info: RequestInfo;
  readonly query: URLSearchParams;
  readonly user: UserInfo;
  readonly headers: ResponseHeaders;
}

/** Answers a path that is no resource; undefined means that there is nothing at it. */
export type PathRoute = (
  path: string,
  request: PathRequest & { exchange: Exchange },
) => Promise<PathAnswer | undefined>;

export interface PathRoutes {
  /** @returns the status code that was sent. */
  serve(exchange: Exchange, request: PathRequest): Promise<number>;
  notFound(exchange: Exchange, headers: ResponseHeaders): Promise<number>;
}

export interface PathRoutesOptions {
  readonly resources: () => readonly Resource[];
  readonly serverAddress: () => string;
  readonly version: Readonly<Record<string, string>>;
  readonly healthChecks: readonly HealthCheck[];
  readonly metrics: () => Promise<string>;
  /** OpenAPI, key sets, and whatever else lives at a path of its own. */
  readonly extraRoutes: readonly PathRoute[];
}

export function pathRoutes(options: PathRoutesOptions): PathRoutes {
  const routes: readonly PathRoute[] = [discoveryRoute(options), serverRoute(options), ...options.extraRoutes];
  const notFound = (exchange: Exchange, headers: ResponseHeaders) =>
    deliver(exchange, { code: 404, contentType: 'text/plain; charset=utf-8', body: '404 page not found\n' }, headers);
  return {
    notFound,
    async serve(exchange, request) {
      const path = request.info.path;
      for (const route of routes) {
        const answer = await route(path, { ...request, exchange });
        if (!answer) continue;
        if (exchange.method !== 'GET' && exchange.method !== 'HEAD') throw unknownMethod();
        return deliver(exchange, answer, request.headers);
      }
      return notFound(exchange, request.headers);
    },
  };
}

async function deliver(exchange: Exchange, answer: PathAnswer, headers: ResponseHeaders): Promise<number> {
  const { code = 200, contentType, body } = answer;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  await send(exchange, { code, contentType, bytes }, { ...headers, ...answer.headers });
  return code;
}

const json = (value: unknown): PathAnswer => ({
  contentType: 'application/json',
  body: `${JSON.stringify(value)}\n`,
});

const DISCOVERY: AcceptRules = {
  mediaTypes: ['application/json'],
  allows: ({ kind, group, version }) =>
    kind === 'APIGroupDiscoveryList' && group === 'apidiscovery.k8s.io' && (version === 'v2' || version === 'v2beta1'),
};

function discoveryRoute({ resources, serverAddress }: PathRoutesOptions): PathRoute {
  return async (rawPath, { exchange }) => {
    const path = rawPath.replace(/\/+$/, '');
    if (path !== '/api' && path !== '/apis') {
      const document = groupPath(path, resources());
      return document && json(document);
    }
    // Clients of the older kind send protobuf or anything else first; discovery only has JSON, and gives them that.
    const accepted = accept(withJson(headerOf(exchange, 'accept')), DISCOVERY);
    if (accepted.as === '') return json(path === '/api' ? apiVersions(serverAddress()) : groupList(resources()));
    return aggregatedAnswer(path, { exchange, resources: resources(), version: accepted.version as 'v2' | 'v2beta1' });
  };
}

const withJson = (header: string | undefined) => (header ? `${header},application/json;q=0.01` : header);

function groupPath(path: string, resources: readonly Resource[]): object | undefined {
  const [, root, group = '', version, ...rest] = path.split('/');
  if (rest.length > 0) return undefined;
  if (root === 'api') return version === undefined ? resourceList({ group: '', version: group }, resources) : undefined;
  if (root !== 'apis' || group === '') return undefined;
  return version === undefined ? groupDocument(group, resources) : resourceList({ group, version }, resources);
}

interface AggregatedRequest {
  readonly exchange: Exchange;
  readonly resources: readonly Resource[];
  readonly version: 'v2' | 'v2beta1';
}

function aggregatedAnswer(root: '/api' | '/apis', { exchange, resources, version }: AggregatedRequest): PathAnswer {
  const { bytes, etag } = aggregatedDiscovery(resources, { root, version });
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  const headers = { ETag: etag, Vary: 'Accept' };
  if (headerOf(exchange, 'if-none-match') === etag) return { code: 304, contentType, body: '', headers };
  return { contentType, body: bytes, headers };
}

function serverRoute({ version, healthChecks, metrics, resources }: PathRoutesOptions): PathRoute {
  return async (path, { query }) => {
    const [, root = '', check, ...rest] = path.replace(/\/+$/, '').split('/');
    if (root === 'healthz' || root === 'livez' || root === 'readyz') {
      if (rest.length > 0) return undefined;
      return healthReport(root, { checks: healthChecks, query, only: check });
    }
    if (check !== undefined) return undefined;
    if (root === 'version') return { contentType: 'application/json', body: JSON.stringify(version, null, 2) };
    if (root === 'metrics') return { contentType: 'text/plain; version=0.0.4; charset=utf-8', body: await metrics() };
    return root === '' ? json({ paths: pathIndex(resources(), healthChecks) }) : undefined;
  };
}

function pathIndex(resources: readonly Resource[], checks: readonly HealthCheck[]): string[] {
  const apis = resources.flatMap(({ group, version }) =>
    group === '' ? ['/api', `/api/${version}`] : ['/apis', `/apis/${group}`, `/apis/${group}/${version}`],
  );
  const health = ['healthz', 'livez', 'readyz'].flatMap((kind) => [
    `/${kind}`,
    ...checks.map((check) => `/${kind}/${check.name}`),
  ]);
  const own = [
    '/.well-known/openid-configuration',
    '/metrics',
    '/openapi/v2',
    '/openapi/v3',
    '/openid/v1/jwks',
    '/version',
  ];
  return [...new Set([...apis, ...health, ...own])].sort();
}
