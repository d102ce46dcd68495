import type { WatchEvent, WatchResponse } from '#apimachinery/request.ts';
import { expired } from '#apimachinery/status.ts';
import type { Exchange, ResponseHeaders } from './exchange.ts';
import { statusOf } from './status-answer.ts';

export interface WatchStreamOptions {
  readonly contentType: string;
  readonly headers: ResponseHeaders;
  /** One event on the wire. */
  readonly frame: (event: WatchEvent) => Uint8Array;
  /** Aborts when the server stops; what the source then throws is no error to tell the client. */
  readonly stopping: AbortSignal;
  /** How long a watcher may take to make room before it is cut off; it then lists again. */
  readonly stallMs: number;
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/**
 * Streams a watch until it ends, the client leaves, or the client stops reading. The next event is only taken when the
 * last one fitted, so a slow watcher holds one event, and the watch cache closes those who fall too far behind.
 */
export async function streamWatch(exchange: Exchange, watch: WatchResponse, options: WatchStreamOptions) {
  exchange.start(200, { ...options.headers, 'Content-Type': options.contentType });
  exchange.flush();
  const events = watch.events[Symbol.asyncIterator]();
  const stop = () => void events.return?.().catch(() => {});
  exchange.signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const next = await events.next();
      if (next.done || exchange.signal.aborted) break;
      if (!exchange.write(options.frame(next.value))) await roomFor(exchange, options);
    }
  } catch (error) {
    if (!exchange.signal.aborted && !options.stopping.aborted) exchange.write(options.frame(errorEvent(error)));
  } finally {
    exchange.signal.removeEventListener('abort', stop);
    stop();
    exchange.end();
  }
}

async function roomFor(exchange: Exchange, { stallMs, after }: WatchStreamOptions): Promise<void> {
  const cancel = after(stallMs, () => exchange.abort());
  await exchange.drained();
  cancel();
}

function errorEvent(error: unknown): WatchEvent {
  const status = statusOf(error ?? expired('watch ended'));
  return { type: 'ERROR', object: status as unknown as WatchEvent['object'] };
}
