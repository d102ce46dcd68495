import { readFile } from 'node:fs/promises';
import { terminationFile } from '../paths.ts';
import { TERMINATION_POLICY } from '../pod/labels.ts';
import type { ContainerStatus } from '../runtimes/runtime.ts';

const MAX_BYTES = 4096;
const MAX_LOG_BYTES = 2048;
const MAX_LOG_LINES = 80;

/** What an ended container wrote about its end, or the end of its log where it asked for that. Source: upstream getTerminationMessage. */
export async function terminationMessage(rootDir: string, podUid: string, container: ContainerStatus): Promise<string> {
  const own = await readFile(terminationFile(rootDir, podUid, container)).catch(() => Buffer.alloc(0));
  const usesLog = container.annotations[TERMINATION_POLICY] === 'FallbackToLogsOnError' && container.exitCode !== 0;
  const text = own.length === 0 && usesLog ? await endOfLog(container.logPath) : own.subarray(-MAX_BYTES).toString();
  return [container.message, text].filter(Boolean).join(': ');
}

async function endOfLog(path: string): Promise<string> {
  const raw = await readFile(path, 'utf8').catch(() => '');
  return raw.split('\n').filter(Boolean).slice(-MAX_LOG_LINES).map(contentOf).join('').slice(-MAX_LOG_BYTES);
}

/** A line of the CRI's log is `TIME STREAM F|P content`; only a full one ends the line. */
function contentOf(line: string): string {
  const [, , tag = '', ...words] = line.split(' ');
  return words.join(' ') + (tag.startsWith('P') ? '' : '\n');
}
