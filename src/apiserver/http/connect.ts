import { type RequestOptions as HttpOptions, type IncomingMessage, request as plainRequest } from 'node:http';
import { connect as dialTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as dialTls } from 'node:tls';
import type { ApiRequest, ConnectTarget } from '#apimachinery/request.ts';
import { badRequest, internalError, serviceUnavailable } from '#apimachinery/status.ts';
import type { Exchange, ResponseHeaders } from './exchange.ts';

/** Opens a TLS connection to the kubelet of a node, as the API server's identity. */
export type DialKubelet = (nodeName: string) => Promise<Duplex>;
/** Opens a plain connection to an address in the cluster's network. */
export type DialCluster = (target: Extract<ConnectTarget, { via: 'cluster' }>) => Promise<Duplex>;

export interface ConnectRequest {
  readonly target: ConnectTarget;
  readonly headers: ResponseHeaders;
  readonly request: ApiRequest;
}

/** Passes a request on and its answer back; @returns the status code that the client got. */
export type ConnectForwarder = (exchange: Exchange, connect: ConnectRequest) => Promise<number>;

const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'];
/** Credentials are for us, not for what stands behind us. */
const OURS = ['authorization', 'impersonate-user', 'impersonate-group', 'impersonate-uid', 'host'];

export function connectForwarder(dial: { kubelet: DialKubelet; cluster?: DialCluster }): ConnectForwarder {
  return async (exchange, connect) => {
    const socket = await reach(connect.target, dial);
    if (exchange.upgrade) return tunnel(exchange, connect, socket);
    if (['exec', 'attach', 'portforward'].includes(connect.request.subresource)) {
      socket.destroy();
      throw badRequest('Upgrade request required');
    }
    return forward(exchange, connect, socket);
  };
}

async function reach(target: ConnectTarget, dial: { kubelet: DialKubelet; cluster?: DialCluster }): Promise<Duplex> {
  try {
    if (target.via === 'kubelet') return await dial.kubelet(target.nodeName);
    const socket = await (dial.cluster ?? dialDirect)(target);
    return target.scheme === 'https' ? await overTls(socket) : socket;
  } catch (error) {
    const why = `error trying to reach service: ${(error as Error).message}`;
    throw target.via === 'kubelet'
      ? internalError(new Error(`error dialing backend: ${(error as Error).message}`))
      : serviceUnavailable(why);
  }
}

const dialDirect: DialCluster = ({ host, port }) => connected(dialTcp({ host, port }), 'connect');

/** Pods present certificates of their own making; upstream's proxy does not check them either. */
const overTls = (socket: Duplex) => connected(dialTls({ socket, rejectUnauthorized: false }), 'secureConnect');

function connected<S extends Duplex>(socket: S, event: string): Promise<S> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once(event, () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}

function headersFor(
  { headers }: Exchange,
  target: ConnectTarget,
  isUpgrade: boolean,
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':') || name.startsWith('impersonate-extra-')) continue;
    if (OURS.includes(name) || (!isUpgrade && (HOP_BY_HOP.includes(name) || name === 'upgrade'))) continue;
    kept[name] = value;
  }
  kept['host'] = target.via === 'kubelet' ? target.nodeName : `${target.host}:${target.port}`;
  return kept;
}

/** Replays the upgrade towards the backend, then joins the two sockets; bytes flow both ways until one side ends. */
function tunnel(exchange: Exchange, { target }: ConnectRequest, backend: Duplex): Promise<number> {
  const { upgrade } = exchange;
  if (!upgrade) throw badRequest('Upgrade request required');
  const lines = Object.entries(headersFor(exchange, target, true)).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => `${name}: ${one}\r\n`),
  );
  const client = upgrade.socket;
  return new Promise((resolve) => {
    const close = () => {
      client.destroy();
      backend.destroy();
      resolve(101);
    };
    for (const side of [client, backend]) side.on('error', close).once('close', close);
    // A socket that waits for an answer for hours is what exec is for.
    if ('setTimeout' in client) (client as unknown as { setTimeout(ms: number): void }).setTimeout(0);
    backend.write(`${exchange.method} ${target.path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    if (upgrade.head.length > 0) backend.write(upgrade.head);
    backend.pipe(client);
    client.pipe(backend);
  });
}

/** An ordinary request and its answer, streamed both ways. */
async function forward(exchange: Exchange, connect: ConnectRequest, socket: Duplex): Promise<number> {
  const { target } = connect;
  const method = exchange.method;
  const answer = await ask(exchange, {
    method,
    path: target.path,
    headers: headersFor(exchange, target, false),
    createConnection: () => socket,
  });
  const code = answer.statusCode ?? 502;
  exchange.start(code, answerHeaders(answer, connect, exchange));
  exchange.flush();
  const stop = () => answer.destroy();
  exchange.signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of answer) if (!exchange.write(chunk as Buffer)) await exchange.drained();
    exchange.end();
  } catch {
    // The backend broke off in the middle; the client must see that, and there is no head left to say it in.
    exchange.abort();
  } finally {
    exchange.signal.removeEventListener('abort', stop);
    socket.destroy();
  }
  return code;
}

function ask(exchange: Exchange, options: HttpOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = plainRequest(options, resolve);
    request.on('error', (error) => reject(serviceUnavailable(`error trying to reach service: ${error.message}`)));
    exchange.signal.addEventListener('abort', () => request.destroy(), { once: true });
    exchange.body.on('error', () => request.destroy());
    if (exchange.method === 'GET' || exchange.method === 'HEAD') request.end();
    else exchange.body.pipe(request);
  });
}

function answerHeaders(answer: IncomingMessage, { headers, target, request }: ConnectRequest, exchange: Exchange) {
  const all: ResponseHeaders = { 'Audit-Id': headers['Audit-Id'] ?? '' };
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !HOP_BY_HOP.includes(name) && name !== 'transfer-encoding') all[name] = value;
  }
  const location = answer.headers.location;
  if (location && target.via === 'cluster') all['location'] = throughProxy(location, { target, request, exchange });
  return all;
}

interface Redirect {
  readonly target: Extract<ConnectTarget, { via: 'cluster' }>;
  readonly request: ApiRequest;
  readonly exchange: Exchange;
}

/** A redirect to the proxied host itself leads back through the proxy. */
function throughProxy(location: string, { target, request, exchange }: Redirect): string {
  const base = `${target.scheme}://${target.host}:${target.port}`;
  const url = URL.parse(location, `${base}${target.path}`);
  if (!url || url.host !== new URL(base).host) return location;
  const own = exchange.target.split('?')[0] ?? '';
  const prefix = own.slice(0, own.length - (request.options.proxyPath ?? '').length);
  return `${prefix.replace(/\/$/, '')}${url.pathname}${url.search}`;
}
