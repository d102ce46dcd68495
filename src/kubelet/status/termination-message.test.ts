import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { terminationFile } from '../paths.ts';
import { TERMINATION_POLICY } from '../pod/labels.ts';
import type { ContainerStatus } from '../runtimes/runtime.ts';
import { terminationMessage } from './termination-message.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kubelet-message-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const ended = (more: Partial<ContainerStatus> = {}) =>
  ({
    name: 'c',
    attempt: 0,
    exitCode: 1,
    message: '',
    annotations: {},
    logPath: join(root, 'log'),
    ...more,
  }) as ContainerStatus;
const fallsBack = { annotations: { [TERMINATION_POLICY]: 'FallbackToLogsOnError' } };
async function wrote(text: string): Promise<void> {
  const file = terminationFile(root, 'u', { name: 'c', attempt: 0 });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

it('is what the container wrote, of that the last 4096 bytes', async () => {
  await wrote(`${'x'.repeat(5000)}end`);
  const text = await terminationMessage(root, 'u', ended());
  expect(text).toHaveLength(4096);
  expect(text.endsWith('xend')).toBe(true);
});

it('follows what the runtime says', async () => {
  await wrote('mine');
  expect(await terminationMessage(root, 'u', ended({ message: 'StartError' }))).toBe('StartError: mine');
});

it('is the end of the log where that was asked for and the container failed', async () => {
  const lines = Array.from({ length: 90 }, (_, i) => `2026-01-01T00:00:00Z stdout F line ${i}`);
  await writeFile(
    join(root, 'log'),
    `${lines.join('\n')}\n2026-01-01T00:00:00Z stderr P part \n2026-01-01T00:00:00Z stderr F done\n`,
  );
  const text = await terminationMessage(root, 'u', ended(fallsBack));
  expect(text.startsWith('line 12\n')).toBe(true);
  expect(text.endsWith('line 89\npart done\n')).toBe(true);
  expect(await terminationMessage(root, 'u', ended())).toBe('');
  expect(await terminationMessage(root, 'u', ended({ ...fallsBack, exitCode: 0 }))).toBe('');
  await wrote('own words');
  expect(await terminationMessage(root, 'u', ended(fallsBack))).toBe('own words');
});
