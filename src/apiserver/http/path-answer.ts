import type { ResponseHeaders } from './exchange.ts';

/** What lies at a path that is no resource; 200 where no code is given. */
export interface PathAnswer {
  readonly code?: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  readonly headers?: ResponseHeaders;
}
