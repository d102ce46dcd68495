import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { type TestNode, testNode } from '../../../test/support/simulated-node.ts';
import { collectDead, collectImages, rotateLogs } from './collect.ts';

let node: TestNode;
beforeAll(async () => {
  node = await testNode();
});
afterAll(() => node?.[Symbol.asyncDispose]());

it('keeps the newest dead container of each name', async () => {
  await node.run(
    'crash',
    {},
    { annotations: { 'simulated.timonel.io/run-time': '5ms', 'simulated.timonel.io/exit-code': '1' } },
  );
  const dead = await eventually(async () => {
    const exited = (await node.runtime.containers.list()).filter(({ state }) => state === 'exited');
    return exited.length === 2 && exited;
  });
  await collectDead(node.runtime);
  const left = (await node.runtime.containers.list()).map(({ attempt }) => attempt);
  expect([dead.length, left]).toEqual([2, [1]]);
});

it('rotates a log that has grown too long, and keeps so many', async () => {
  await node.run('loud', {});
  const status = await eventually(async () => {
    const [found] = (await node.runtime.containers.list()).filter(
      ({ annotations, state, labels }) =>
        annotations && state === 'running' && labels['io.kubernetes.pod.name'] === 'loud',
    );
    return found && node.runtime.containers.status(found.id);
  });
  const names = async () => (await readdir(join(status.logPath, '..'))).filter((name) => name.startsWith('0.log.'));
  for (const second of [1, 2, 3]) {
    await writeFile(status.logPath, 'x'.repeat(100));
    await rotateLogs(node.runtime, Date.UTC(2026, 0, 1, 0, 0, second), { maxBytes: 50, maxFiles: 3 });
  }
  expect(await names()).toEqual(['0.log.20260101000002', '0.log.20260101000003']);
});

it('leaves images alone while there is room, and those in use always', async () => {
  const before = (await node.runtime.images.list()).length;
  await collectImages(node.runtime, { usedBytes: 50, totalBytes: 100 });
  expect((await node.runtime.images.list()).length).toBe(before);
  await collectImages(node.runtime, { usedBytes: 90, totalBytes: 100 });
  expect(await node.runtime.images.status('web:v1')).toBeDefined();
});
