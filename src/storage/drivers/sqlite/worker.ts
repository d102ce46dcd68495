/** The thread that owns the database file. All SQL is here; everything arrives and leaves by message. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, FailureCode, Request } from './protocol.ts';
import { openLog, type RevisionLog } from './revision-log.ts';

const port = parentPort;
if (!port) throw new Error('the SQLite worker runs as a worker thread only');

const CODES: readonly (readonly [RegExp, FailureCode])[] = [
  [/database or disk is full/, 'FULL'],
  [/database is locked/, 'IN_USE'],
  [/written by a newer/, 'NEWER_FORMAT'],
  [/not a database|malformed/, 'NOT_A_STORE'],
];

function failure(error: unknown): { code: FailureCode; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  return { code: CODES.find(([pattern]) => pattern.test(message))?.[1] ?? 'FAILED', message };
}

function answer(log: RevisionLog, request: Request): unknown {
  switch (request.kind) {
    case 'write':
      return log.write(request.rows, request.bytes);
    case 'get':
      return log.get(request.key, request.revision);
    case 'list':
      return log.list(request);
    case 'log':
      return log.changes(request);
    case 'compact':
      return log.compact(request.revision);
    case 'close':
      return log.close();
  }
}

function reply(id: number, work: () => unknown): void {
  let message: Answer;
  try {
    message = { id, ok: work() };
  } catch (error) {
    message = { id, error: failure(error) };
  }
  port?.postMessage(message);
}

let log: RevisionLog | undefined;
reply(0, () => {
  log = openLog((workerData as { file: string }).file);
  return log.opened();
});
port.on('message', ({ id, request }: { id: number; request: Request }) => {
  reply(id, () => log && answer(log, request));
  if (request.kind === 'close') port.close();
});
