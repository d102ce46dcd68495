import { watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { parseLogLine } from './cri-log.ts';

export interface LogOptions {
  readonly tailLines?: number | undefined;
  readonly follow?: boolean | undefined;
  readonly timestamps?: boolean | undefined;
  readonly sinceMs?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly stream?: 'stdout' | 'stderr' | undefined;
}

const BLOCK = 64 * 1024;

/** The container's output as its user sees it. Follows renames of the file and ends when `isRunning` no longer holds. */
export async function* readLog(
  path: string,
  options: LogOptions,
  follow: { isRunning: () => Promise<boolean>; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  let isLineStart = true;
  for await (const line of rawLines(path, options, follow)) {
    const parsed = parseLogLine(line);
    if (!parsed || !isWanted(parsed, options)) continue;
    const isStamped = options.timestamps && isLineStart;
    isLineStart = parsed.content.at(-1) === 0x0a;
    const text = isStamped ? Buffer.concat([Buffer.from(`${parsed.time} `), parsed.content]) : parsed.content;
    yield text.subarray(0, left);
    left -= text.length;
    if (left <= 0) return;
  }
}

const isWanted = ({ time, stream }: { time: string; stream: string }, options: LogOptions): boolean =>
  (options.sinceMs === undefined || Date.parse(time) >= options.sinceMs) &&
  (options.stream === undefined || options.stream === stream);

async function* rawLines(
  path: string,
  { tailLines, follow: follows }: LogOptions,
  { isRunning, signal }: { isRunning: () => Promise<boolean>; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  let handle = await open(path);
  let fresh: FileHandle | undefined;
  try {
    let at = tailLines === undefined ? 0 : await tailOffset(handle, tailLines);
    let rest = Buffer.alloc(0);
    let isLast = !follows;
    for (;;) {
      const block = Buffer.alloc(BLOCK);
      const { bytesRead } = await handle.read(block, 0, BLOCK, at);
      at += bytesRead;
      rest = Buffer.concat([rest, block.subarray(0, bytesRead)]);
      for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
        yield rest.subarray(0, end);
        rest = rest.subarray(end + 1);
      }
      if (bytesRead > 0) continue;
      if (isLast || signal.aborted) return;
      if (fresh) {
        await handle.close();
        handle = fresh;
        fresh = undefined;
        at = 0;
        rest = Buffer.alloc(0);
        continue;
      }
      fresh = await reopened(path, handle);
      // What was written to the old file until the new one appeared comes first.
      if (fresh) continue;
      isLast = !(await isRunning());
      if (!isLast) await change(path, signal);
    }
  } finally {
    await handle.close();
    await fresh?.close();
  }
}

/** The new file, where rotation has put another one in place. */
async function reopened(path: string, handle: FileHandle): Promise<FileHandle | undefined> {
  const [now, old] = await Promise.all([stat(path).catch(() => undefined), handle.stat()]);
  return now && now.ino !== old.ino ? open(path) : undefined;
}

const LOOK_AGAIN_MS = 1000;

/** Resolves at the next write, or after a second, so that the container's end is not missed. */
function change(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      watcher?.close();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, LOOK_AGAIN_MS);
    signal.addEventListener('abort', done, { once: true });
    let watcher: ReturnType<typeof watch> | undefined;
    try {
      watcher = watch(path, done);
      watcher.on('error', done);
    } catch {
      // The file is being rotated; the timer looks again.
    }
  });
}

/** Where the last `lines` lines begin, found from the end. */
async function tailOffset(handle: FileHandle, lines: number): Promise<number> {
  const { size } = await handle.stat();
  if (lines <= 0) return size;
  const block = Buffer.alloc(BLOCK);
  let seen = 0;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - BLOCK);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    for (let index = bytesRead - 1; index >= 0; index--) {
      if (block[index] !== 0x0a || start + index === size - 1) continue;
      seen++;
      if (seen === lines) return start + index + 1;
    }
    end = start;
  }
  return 0;
}
