import type { Readable } from 'node:stream';
import { badRequest, requestEntityTooLarge } from '#apimachinery/status.ts';

/** 3 MiB, as upstream's MaxRequestBodyBytes. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/**
 * The whole body of a request. @throws {StatusError} 413 beyond the limit, 400 when the client stopped in the middle.
 */
export function readBody(body: Readable, signal: AbortSignal, limit = MAX_BODY_BYTES): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (settle: () => void) => {
      body.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', onCut);
      signal.removeEventListener('abort', onCut);
      settle();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) return void chunks.push(chunk);
      finish(() => reject(requestEntityTooLarge(`Request entity too large: limit is ${limit}`)));
      body.resume();
    };
    const onEnd = () => finish(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    const onCut = () => finish(() => reject(badRequest('unexpected EOF')));
    if (signal.aborted) return reject(badRequest('unexpected EOF'));
    body.on('data', onData).once('end', onEnd).once('error', onCut);
    signal.addEventListener('abort', onCut, { once: true });
  });
}
