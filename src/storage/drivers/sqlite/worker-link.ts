import { Worker } from 'node:worker_threads';
import { shippedFile } from '#base/shipped-file.ts';
import { StorageUnavailable } from '../../errors.ts';
import type { Answer, FailureCode, Opened, Request } from './protocol.ts';

/** Why the store cannot be used, and what to do about it. */
const REMEDIES: Readonly<Record<FailureCode, (file: string, message: string) => string>> = {
  IN_USE: (file) => `${file} is in use by another process; stop that cluster first`,
  NEWER_FORMAT: (file, message) => `${file} was ${message}; use that release, or another data folder`,
  FULL: (file) => `the disk that holds ${file} is full; free some space and try again`,
  NOT_A_STORE: (file) => `${file} is damaged or not a Timonel store; restore a backup or use another data folder`,
  FAILED: (file, message) => `${file}: ${message}`,
};

export interface WorkerLink {
  readonly opened: Opened;
  ask<T>(request: Request, transfer?: ArrayBuffer[]): Promise<T>;
  close(): Promise<void>;
}

interface Pending {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/** Starts the worker on `file`. @throws {StorageUnavailable} with a sentence and a remedy when it cannot be opened. */
export async function openWorker(file: string): Promise<WorkerLink> {
  const script = shippedFile(import.meta.url, { source: './worker.ts', bundled: 'sqlite-worker.js' });
  const worker = new Worker(script, {
    workerData: { file },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let gone: Error | undefined;

  const fail = (error: Error) => {
    gone ??= new StorageUnavailable(`the store's worker ended: ${error.message}`, { cause: error });
    for (const { reject } of pending.values()) reject(gone);
    pending.clear();
  };
  worker.on('message', (answer: Answer) => {
    const waiter = pending.get(answer.id);
    pending.delete(answer.id);
    if (!('error' in answer)) return waiter?.resolve(answer.ok as never);
    const { code, message } = answer.error;
    waiter?.reject(new StorageUnavailable(REMEDIES[code as FailureCode](file, message)));
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('it exited')));

  const wait = <T>(id: number) =>
    new Promise<T>((resolve, reject) => {
      pending.set(id, { resolve: resolve as (value: never) => void, reject });
    });
  const ask = <T>(request: Request, transfer: ArrayBuffer[] = []): Promise<T> => {
    if (gone) return Promise.reject(gone);
    const id = nextId++;
    const answer = wait<T>(id);
    worker.postMessage({ id, request }, transfer);
    return answer;
  };

  let opened: Opened;
  try {
    opened = await wait<Opened>(0);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    opened,
    ask,
    async close() {
      await ask({ kind: 'close' });
      await worker.terminate();
    },
  };
}
