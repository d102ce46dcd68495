import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { connectionOf } from './connection.ts';
import type { Exchange, ResponseHeaders } from './exchange.ts';
import { drained } from './http1-exchange.ts';

/** One HTTP/2 stream, through node's core stream API, which costs less than its compatibility layer. */
export function http2Exchange(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Exchange {
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  stream.on('error', () => gone.abort());
  const session = stream.session;
  return {
    method: headers[':method'] ?? 'GET',
    target: headers[':path'] ?? '/',
    headers,
    body: stream,
    signal: gone.signal,
    connection: session ? connectionOf(session) : NOBODY,
    upgrade: undefined,
    get hasStarted() {
      return stream.headersSent;
    },
    start(code, answer) {
      if (!stream.destroyed && !stream.closed) stream.respond(lowerCased(code, answer));
    },
    flush: () => {},
    write: (chunk) => isOpen(stream) && stream.write(chunk),
    drained: () => drained(stream, gone.signal),
    end: (chunk) => {
      if (!isOpen(stream)) return;
      if (chunk) stream.end(chunk);
      else stream.end();
    },
    abort: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  };
}

const NOBODY = { remoteAddress: '', certificate: undefined, isVerified: false };

const isOpen = (stream: ServerHttp2Stream) => !stream.destroyed && !stream.closed && !stream.writableEnded;

/** HTTP/2 wants names in lower case, and knows no hop-by-hop headers. */
function lowerCased(code: number, headers: ResponseHeaders): OutgoingHttpHeaders {
  const answer: OutgoingHttpHeaders = { ':status': code };
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (!HOP_BY_HOP.has(key)) answer[key] = typeof value === 'string' ? value : [...value];
  }
  return answer;
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);
