import { readFileSync, statSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2';
import { isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { serviceUnavailable } from '#apimachinery/status.ts';

export interface HttpsOptions {
  /** `https://10.0.0.1:6443` */
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly token?: string | undefined;
  /** Read again whenever the file changes. */
  readonly tokenFile?: string | undefined;
  /** Speaks TLS over this unix socket instead of TCP; `server` still names the host that the certificate is for. */
  readonly socketPath?: string | undefined;
  readonly userAgent: string;
}

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly code: number;
  readonly stream: ClientHttp2Stream;
}

/** A silent connection is asked for a sign of life, and given up without one. Source: client-go's HTTP/2 defaults. */
const PING_AFTER_MS = 30_000;
const PING_LIMIT_MS = 15_000;

/** One HTTP/2 connection that comes back by itself: the first request after its end opens the next. */
export interface HttpSession extends AsyncDisposable {
  /** Resolves with the head of the answer; the caller reads or destroys the stream. @throws {StatusError} 503 when nobody answers. */
  send(exchange: Exchange): Promise<HttpAnswer>;
}

export function httpSession(options: HttpsOptions): HttpSession {
  const token = tokenSource(options);
  let current: ClientHttp2Session | undefined;
  let isClosed = false;
  const session = (): ClientHttp2Session => {
    if (isClosed) throw serviceUnavailable('the client has been closed');
    if (!current || current.closed || current.destroyed) current = open(options);
    return current;
  };
  return {
    async send(exchange) {
      exchange.signal?.throwIfAborted();
      const bearer = token();
      const connection = session();
      const stream = connection.request(
        {
          ':method': exchange.method,
          ':path': exchange.path,
          accept: 'application/json',
          'user-agent': options.userAgent,
          ...(bearer && { authorization: `Bearer ${bearer}` }),
          ...(exchange.body !== undefined && { 'content-type': exchange.contentType ?? 'application/json' }),
        },
        { endStream: exchange.body === undefined },
      );
      holdOpen(connection, stream);
      return await headOf(stream, exchange);
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      current?.destroy();
    },
  };
}

const inFlight = new WeakMap<ClientHttp2Session, number>();

/** A connection keeps the process alive while somebody waits for an answer on it, and not when it is idle. */
function holdOpen(session: ClientHttp2Session, stream: ClientHttp2Stream): void {
  const count = (by: 1 | -1) => {
    const now = (inFlight.get(session) ?? 0) + by;
    inFlight.set(session, now);
    if (session.destroyed) return;
    if (now === 0) session.unref();
    else session.ref();
  };
  count(1);
  stream.once('close', () => count(-1));
}

function headOf(stream: ClientHttp2Stream, { body, signal }: Exchange): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      stream.close(constants.NGHTTP2_CANCEL);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    stream.once('close', () => {
      signal?.removeEventListener('abort', onAbort);
      reject(serviceUnavailable('the connection to the server was lost'));
    });
    stream.on('error', (error: Error) => reject(serviceUnavailable(`the server cannot be reached: ${error.message}`)));
    stream.once('response', (headers) => resolve({ code: Number(headers[':status']), stream }));
    if (body !== undefined) stream.end(body);
  });
}

function open({ server, ca, cert, key, socketPath }: HttpsOptions): ClientHttp2Session {
  const tls = { ca, ...(cert && { cert }), ...(key && { key }) };
  const { hostname } = new URL(server);
  const session = connectHttp2(server, {
    ...tls,
    ...(socketPath && {
      createConnection: () =>
        connectTls({
          path: socketPath,
          ...(isIP(hostname) === 0 && { servername: hostname }),
          ALPNProtocols: ['h2'],
          ...tls,
        }),
    }),
  });
  // Each request in flight fails with the cause; the session as such has nobody else to tell.
  session.on('error', () => {});
  session.once('goaway', () => session.close());
  const pulse = setInterval(() => ping(session), PING_AFTER_MS);
  pulse.unref();
  session.once('close', () => clearInterval(pulse));
  session.unref();
  return session;
}

function ping(session: ClientHttp2Session): void {
  if (session.closed || session.connecting) return;
  const limit = setTimeout(() => session.destroy(new Error('the server no longer answers')), PING_LIMIT_MS);
  limit.unref();
  session.ping(() => clearTimeout(limit));
}

function tokenSource({ token, tokenFile }: HttpsOptions): () => string | undefined {
  if (!tokenFile) return () => token;
  let readAtMs = -1;
  let value = token;
  return () => {
    const { mtimeMs } = statSync(tokenFile);
    if (mtimeMs !== readAtMs) value = readFileSync(tokenFile, 'utf8').trim();
    readAtMs = mtimeMs;
    return value;
  };
}
