import { randomUUID } from 'node:crypto';
import type { ApiHandler, ApiResponse, UserInfo } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { failure, StatusError } from '#apimachinery/status.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { impersonated } from '../filters/impersonation.ts';
import type { IncludeObject } from '../tables/table.ts';
import { type AcceptRules, accept, MEDIA_TYPES, STREAM_TYPES } from './accept.ts';
import type { AnswerFormat } from './answer-format.ts';
import { apiRequestOf } from './api-request.ts';
import type { ConnectForwarder } from './connect.ts';
import { frameOf } from './encode.ts';
import { type Exchange, headerOf, type ResponseHeaders } from './exchange.ts';
import type { PathRoutes } from './path-routes.ts';
import { type RequestInfo, requestInfoOf } from './request-info.ts';
import type { RequestMetrics } from './request-metrics.ts';
import { catalogOf } from './resource-catalog.ts';
import { type Answer, answerOf, send, shownObject } from './respond.ts';
import { statusOf, unknownResource } from './status-answer.ts';
import { streamWatch } from './watch-stream.ts';

export interface PipelineOptions {
  readonly handler: ApiHandler;
  readonly resources: () => readonly Resource[];
  readonly authenticate: Authenticate;
  /** Decides about paths that are no resources, and about impersonation. */
  readonly authorizer: Authorizer;
  readonly routes: PathRoutes;
  readonly connect: ConnectForwarder;
  readonly metrics: RequestMetrics;
  readonly log: Logger;
  readonly clock: Clock;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
}

/** A watcher that takes nothing for this long is cut off. */
const WATCH_STALL_MS = 60_000;

interface Running {
  readonly exchange: Exchange;
  readonly info: RequestInfo;
  readonly query: URLSearchParams;
  readonly headers: ResponseHeaders;
  readonly warnings: string[];
}

/** The way of every request: identify, authenticate, authorize, answer. Never throws. */
export function pipeline(options: PipelineOptions): (exchange: Exchange) => void {
  return (exchange) => {
    void serve(exchange, options).catch((error: unknown) => {
      options.log.error('request broke down', { err: error });
      exchange.abort();
    });
  };
}

async function serve(exchange: Exchange, options: PipelineOptions): Promise<void> {
  const running = begin(exchange);
  const done = options.metrics.started(running.info);
  let code = 0;
  try {
    code = await answer(running, options);
  } catch (error) {
    code = await refuse(running, error, options);
  }
  done(code);
}

const NO_INFO: RequestInfo = requestInfoOf('GET', { path: '/', query: new URLSearchParams() });

function begin(exchange: Exchange): Running {
  const auditId = headerOf(exchange, 'audit-id') ?? randomUUID();
  const headers: ResponseHeaders = { 'Audit-Id': auditId, 'Cache-Control': 'no-cache, private' };
  const cut = exchange.target.indexOf('?');
  const path = cut < 0 ? exchange.target : exchange.target.slice(0, cut);
  const query = new URLSearchParams(cut < 0 ? '' : exchange.target.slice(cut + 1));
  let info = NO_INFO;
  try {
    info = requestInfoOf(exchange.method, { path, query });
  } catch {
    // A path that is not well encoded matches no route; it is answered with 404 like any other.
    info = { ...NO_INFO, path, verb: exchange.method.toLowerCase() };
  }
  return { exchange, info, query, headers, warnings: [] };
}

async function answer(running: Running, options: PipelineOptions): Promise<number> {
  const { exchange, info } = running;
  const caller = await options.authenticate({
    authorization: headerOf(exchange, 'authorization'),
    certificate: exchange.connection.certificate,
    isCertificateVerified: exchange.connection.isVerified,
  });
  const user = impersonated(caller, exchange.headers, options.authorizer);
  if (!info.isResourceRequest) {
    authorizePath(user, info, options.authorizer);
    return options.routes.serve(exchange, { info, query: running.query, user, headers: running.headers });
  }
  return answerResource(running, user, options);
}

/** @throws {StatusError} 403, in upstream's words. */
function authorizePath(user: UserInfo, info: RequestInfo, authorizer: Authorizer): void {
  const none = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };
  const { decision } = authorizer.authorize({ user, verb: info.verb, path: info.path, ...none });
  if (decision === 'allow') return;
  throw failure({
    code: 403,
    reason: 'Forbidden',
    message: `forbidden: User ${JSON.stringify(user.name)} cannot ${info.verb} path ${JSON.stringify(info.path)}`,
    details: {},
  });
}

async function answerResource(running: Running, user: UserInfo, options: PipelineOptions): Promise<number> {
  const { exchange, info, query } = running;
  const catalog = catalogOf(options.resources());
  const resource = catalog.find(info);
  if (!resource) {
    if (catalog.resources.some((one) => one.group === info.group && one.version === info.version)) {
      throw unknownResource();
    }
    return options.routes.notFound(exchange, running.headers);
  }
  const warn = (message: string) => void running.warnings.push(message);
  const isConnecting = info.subresource !== '' && CONNECTS.has(info.subresource);
  const format = isConnecting ? undefined : formatOf(running, options);
  const request = await apiRequestOf(resource, {
    exchange,
    info,
    query,
    user,
    warn,
    stopping: options.stopping,
  });
  const response = await options.handler(request);
  if (response.kind === 'connect') {
    return options.connect(exchange, { target: response.target, headers: warned(running), request });
  }
  return reply(response, { running, resource, options, format: format ?? formatOf(running, options) });
}

const CONNECTS = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);

interface Replying {
  readonly running: Running;
  readonly resource: Resource;
  readonly options: PipelineOptions;
  readonly format: AnswerFormat;
}

async function reply(response: Exclude<ApiResponse, { kind: 'connect' }>, replying: Replying): Promise<number> {
  const { running, resource, options, format } = replying;
  if (response.kind !== 'watch') {
    const made = answerOf(response, resource, format);
    await send(running.exchange, made, warned(running));
    return made.code;
  }
  const { mediaType } = format.accepted;
  await streamWatch(running.exchange, response, {
    contentType: mediaType === 'application/json' ? mediaType : `${mediaType};stream=watch`,
    headers: warned(running),
    frame: (event) =>
      frameOf(event, { format, show: (object) => shownObject(object, resource, nowIn(format, options)) }),
    stopping: options.stopping,
    stallMs: WATCH_STALL_MS,
    after: (delayMs, run) => options.clock.after(delayMs, run),
  });
  return 200;
}

/** Ages in the rows of a watch are those at the event, not at its beginning. */
const nowIn = (format: AnswerFormat, { clock }: PipelineOptions): AnswerFormat => ({ ...format, nowMs: clock.now() });

function formatOf({ exchange, info, query }: Running, { clock }: PipelineOptions): AnswerFormat {
  const rules: AcceptRules = {
    mediaTypes: info.verb === 'watch' ? STREAM_TYPES : MEDIA_TYPES,
    allows: ({ kind, group, version }) =>
      group === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1') && formsFor(info.verb).includes(kind),
  };
  const accepted = accept(headerOf(exchange, 'accept'), rules);
  return {
    accepted,
    isPretty: accepted.isPretty || isPretty(exchange, query),
    includeObject: (query.get('includeObject') || 'Metadata') as IncludeObject,
    nowMs: clock.now(),
  };
}

const formsFor = (verb: string) => ['Table', verb === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata'];

/** People who look with curl or a browser get indented JSON. Source: apiserver negotiation.isPrettyPrint. */
function isPretty(exchange: Exchange, query: URLSearchParams): boolean {
  const asked = query.get('pretty');
  if (asked !== null) return asked !== 'false' && asked !== '0';
  return /^(curl|Wget|Mozilla\/5\.0)/.test(headerOf(exchange, 'user-agent') ?? '');
}

const warned = ({ headers, warnings }: Running): ResponseHeaders =>
  warnings.length === 0 ? headers : { ...headers, Warning: warnings.map(warningHeader) };

/** RFC 7234 section 5.5; code 299 is "miscellaneous, persistent". */
function warningHeader(text: string): string {
  const clean = text.replace(/\p{Cc}+/gu, ' ');
  return `299 - "${Buffer.from(clean.replace(/[\\"]/g, '\\$&')).toString('latin1')}"`;
}

/** Answers with a Status, in a form that the client accepts where that can be told. */
async function refuse(running: Running, error: unknown, options: PipelineOptions): Promise<number> {
  const { exchange, headers } = running;
  if (!(error instanceof StatusError)) options.log.error('request failed', { err: error, path: running.info.path });
  if (exchange.hasStarted) {
    exchange.abort();
    return 500;
  }
  const status = statusOf(error);
  const code = status.code ?? 500;
  const extra: ResponseHeaders = { ...warned(running) };
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter) extra['Retry-After'] = String(retryAfter);
  if (code === 413) extra['Connection'] = 'close';
  await send(exchange, { ...statusBytes(running, status), code } as Answer, { ...headers, ...extra });
  if (!exchange.body.readableEnded) exchange.body.resume();
  return code;
}

function statusBytes({ exchange, query }: Running, status: ReturnType<typeof statusOf>): Answer {
  const format: AnswerFormat = { ...PLAIN, isPretty: isPretty(exchange, query) };
  try {
    const accepted = accept(headerOf(exchange, 'accept'), { mediaTypes: MEDIA_TYPES, allows: () => true });
    const inForm = { ...format, accepted: { ...accepted, as: '' } };
    return answerOf({ kind: 'status', code: status.code ?? 500, status }, NO_RESOURCE, inForm);
  } catch {
    // What the client accepts we do not have; it gets JSON all the same.
    return answerOf({ kind: 'status', code: status.code ?? 500, status }, NO_RESOURCE, format);
  }
}

const PLAIN: AnswerFormat = {
  accepted: { mediaType: 'application/json', as: '', group: '', version: '', isPretty: false },
  isPretty: false,
  includeObject: 'None',
  nowMs: 0,
};

// A Status has no columns, so no resource is ever asked about it.
const NO_RESOURCE = {} as Resource;
