import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readLog } from '../logs/read-log.ts';
import { uidOf } from '../pod/containers.ts';
import { readPodState } from '../sync/pod-state.ts';
import type { ServerDeps } from './deps.ts';
import { containerForLogs, findPod } from './find.ts';
import { HttpProblem } from './http-problem.ts';
import { prometheusText, resourceMetrics } from './metrics.ts';
import { summary } from './summary.ts';

type Handler = (deps: ServerDeps, url: URL, response: ServerResponse) => Promise<void> | void;

const json = (response: ServerResponse, value: unknown): void =>
  void response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));

const text = (response: ServerResponse, value: string, type = 'text/plain; charset=utf-8'): void =>
  void response.writeHead(200, { 'Content-Type': type }).end(value);

const podList = (items: readonly unknown[]) => ({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items });
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const exact: Readonly<Record<string, Handler>> = {
  '/healthz': (_, __, response) => text(response, 'ok'),
  '/pods': ({ pods }, _, response) => json(response, podList(pods())),
  '/runningpods/': running,
  '/runningpods': running,
  '/stats/summary': async (deps, _, response) => json(response, await summary(deps)),
  '/metrics/resource': async (deps, _, response) => text(response, await resourceMetrics(deps), METRICS_TYPE),
  '/metrics': async (deps, _, response) => text(response, await prometheusText(deps), METRICS_TYPE),
};

async function running({ runtime, pods }: ServerDeps, _: URL, response: ServerResponse): Promise<void> {
  const alive = new Set(
    (await runtime.containers.list()).filter(({ state }) => state === 'running').map(({ podUid }) => podUid),
  );
  json(response, podList(pods().filter((pod) => alive.has(uidOf(pod)))));
}

export async function routeRequest(
  deps: ServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://kubelet');
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new HttpProblem(405, 'method not allowed');
  const handler = exact[url.pathname];
  if (handler) return handler(deps, url, response);
  if (url.pathname.startsWith('/containerLogs/')) return serveLogs(deps, url, response);
  if (/^\/(exec|attach|portForward)\//.test(url.pathname))
    throw new HttpProblem(400, 'you must specify an upgrade header');
  throw new HttpProblem(404, '404 page not found');
}

const whole = (url: URL, name: string): number | undefined => {
  const value = url.searchParams.get(name);
  if (value === null) return undefined;
  if (!/^\d+$/.test(value)) throw new HttpProblem(400, `invalid value for ${name}: ${value}`);
  return Number(value);
};

const isTrue = (url: URL, name: string): boolean => /^(true|1)$/i.test(url.searchParams.get(name) ?? '');

async function serveLogs(deps: ServerDeps, url: URL, response: ServerResponse): Promise<void> {
  const [, , namespace = '', podName = '', container = ''] = url.pathname.split('/').map(decodeURIComponent);
  const pod = findPod(deps.pods(), { namespace, name: podName });
  const state = await readPodState(deps.runtime, uidOf(pod));
  const previous = isTrue(url, 'previous');
  const status = containerForLogs(pod, state, { name: container, previous });
  const sinceSeconds = whole(url, 'sinceSeconds');
  const sinceTime = url.searchParams.get('sinceTime');
  const stop = new AbortController();
  response.on('close', () => stop.abort());
  const stream = url.searchParams.get('stream')?.toLowerCase();
  const lines = readLog(
    status.logPath,
    {
      tailLines: whole(url, 'tailLines'),
      limitBytes: whole(url, 'limitBytes'),
      timestamps: isTrue(url, 'timestamps'),
      follow: isTrue(url, 'follow') && !previous,
      ...(sinceSeconds !== undefined && { sinceMs: deps.clock.now() - sinceSeconds * 1000 }),
      ...(sinceTime && { sinceMs: Date.parse(sinceTime) }),
      ...((stream === 'stdout' || stream === 'stderr') && { stream }),
    },
    {
      signal: stop.signal,
      isRunning: async () => (await deps.runtime.containers.status(status.id))?.state === 'running',
    },
  );
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.flushHeaders();
  await pipeline(Readable.from(lines, { objectMode: true }), response).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
