import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex, Readable } from 'node:stream';

export type ResponseHeaders = Record<string, string | readonly string[]>;

/** One request and its answer, whether it came over HTTP/1.1 or as an HTTP/2 stream. */
export interface Exchange {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  /** Aborts when the client has gone or the answer is complete. */
  readonly signal: AbortSignal;
  readonly connection: Connection;
  /** Set where the client asked to leave HTTP (exec, attach, port-forward); only over HTTP/1.1. */
  readonly upgrade: Upgrade | undefined;
  /** Whether the head of the answer has been sent. */
  readonly hasStarted: boolean;
  start(code: number, headers: ResponseHeaders): void;
  /** Sends the head at once, before there is any body. */
  flush(): void;
  /** @returns false when the client is slower than we are; then await `drained`. */
  write(chunk: Uint8Array): boolean;
  /** Resolves when writing may go on, or the exchange is over. */
  drained(): Promise<void>;
  end(chunk?: Uint8Array): void;
  /** Breaks the exchange off, so that the client sees that the answer is not complete. */
  abort(): void;
}

export interface Upgrade {
  /** The socket below HTTP, which nobody else reads any more. */
  readonly socket: Duplex;
  /** What the client had already sent behind the request. */
  readonly head: Buffer;
}

/** What one TLS connection knows of its client. */
export interface Connection {
  readonly remoteAddress: string;
  /** The client's certificate, which need not be one of ours: see `isVerified`. */
  readonly certificate: X509Certificate | undefined;
  /** Whether the certificate chains to the client CA and is valid now, for client authentication. */
  readonly isVerified: boolean;
}

/** The one value of a header, however often it was sent. */
export function headerOf(exchange: Pick<Exchange, 'headers'>, name: string): string | undefined {
  const value = exchange.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
