import { describe, expect, it } from 'vitest';
import type { Container, Pod, PodSpec } from '#gen/core/v1.ts';
import { CONTAINER_HASH, hashOf } from '../pod/labels.ts';
import type { ContainerStatus, SandboxStatus } from '../runtimes/runtime.ts';
import { type PlanInput, planPod } from './plan.ts';

const c = (name: string, more: Partial<Container> = {}): Container => ({ name, image: 'i', ...more });
const podOf = (spec: Partial<PodSpec> = {}): Pod => ({
  metadata: { name: 'p', namespace: 'default', uid: 'u' } as Pod['metadata'],
  spec: { containers: [c('a')], ...spec },
  status: {},
});
const sandbox = (more: Partial<SandboxStatus> = {}): SandboxStatus => ({
  id: 's0',
  pod: { uid: 'u', namespace: 'default', name: 'p' },
  attempt: 0,
  isReady: true,
  createdAtMs: 1,
  ips: ['10.0.0.1'],
  ...more,
});
const status = (name: string, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  id: `${name}-id`,
  name,
  attempt: 0,
  sandboxId: 's0',
  podUid: 'u',
  state: 'running',
  createdAtMs: 2,
  labels: {},
  annotations: { [CONTAINER_HASH]: hashOf(c(name)) },
  image: 'i',
  imageRef: 'i',
  startedAtMs: 3,
  finishedAtMs: 0,
  exitCode: 0,
  reason: '',
  message: '',
  logPath: '',
  ...more,
});
const exited = (name: string, exitCode: number, more: Partial<ContainerStatus> = {}) =>
  status(name, { state: 'exited', exitCode, finishedAtMs: 4, ...more });
const plan = (spec: Partial<PodSpec>, containers: ContainerStatus[], more: Partial<PlanInput> = {}) =>
  planPod({
    pod: podOf(spec),
    state: { sandboxes: [sandbox()], containers },
    liveness: () => 'success',
    startup: () => 'success',
    ...more,
  });
const names = (planned: ReturnType<typeof planPod>) => planned.start.map(({ container }) => container.name);

describe('a pod without a good sandbox', () => {
  const bare = (sandboxes: SandboxStatus[], containers: ContainerStatus[] = [], spec: Partial<PodSpec> = {}) =>
    plan(spec, containers, { state: { sandboxes, containers } });

  it('gets the first one, and its containers', () => {
    const made = bare([]);
    expect(made).toMatchObject({ createSandbox: true, attempt: 0 });
    expect(names(made)).toEqual(['a']);
  });
  it.each([
    ['is not ready', [sandbox({ isReady: false })]],
    ['has no address', [sandbox({ ips: [] })]],
    ['is one of two', [sandbox(), sandbox({ id: 's1' })]],
  ])('gets another when it %s', (_, sandboxes) =>
    expect(bare(sandboxes)).toMatchObject({ killPod: true, createSandbox: true, attempt: 1 }),
  );
  it('starts with the init containers', () =>
    expect(names(bare([], [], { initContainers: [c('i'), c('j')] }))).toEqual(['i']));
  it('is left dead when it never restarts', () =>
    expect(bare([sandbox({ isReady: false })], [exited('a', 0)], { restartPolicy: 'Never' })).toMatchObject({
      killPod: true,
      createSandbox: false,
    }));
  it('needs no address on the host network', () =>
    expect(bare([sandbox({ ips: [] })], [status('a')], { hostNetwork: true }).createSandbox).toBe(false));
});

describe('init containers', () => {
  const initContainers = [c('one'), c('two')];
  it.each<[string, ContainerStatus[], string[]]>([
    ['the first is due', [], ['one']],
    ['the first runs', [status('one')], []],
    ['the second follows', [exited('one', 0)], ['two']],
    ['all are done', [exited('one', 0), exited('two', 0)], ['a']],
    ['one failed and is tried again', [exited('one', 1)], ['one']],
  ])('%s', (_, containers, due) => expect(names(plan({ initContainers }, containers))).toEqual(due));

  it('end the pod when they fail and nothing restarts', () =>
    expect(plan({ initContainers, restartPolicy: 'Never' }, [exited('one', 1)])).toMatchObject({
      killPod: true,
      start: [],
    }));
  it('wait for a sidecar to have started', () => {
    const sidecar = { initContainers: [c('side', { restartPolicy: 'Always' })] };
    expect(names(plan(sidecar, [status('side')], { startup: () => 'unknown' }))).toEqual([]);
    expect(names(plan(sidecar, [status('side')]))).toEqual(['a']);
  });
  it('restart a sidecar that ended while the rest runs', () =>
    expect(
      names(plan({ initContainers: [c('side', { restartPolicy: 'Always' })] }, [exited('side', 0), status('a')])),
    ).toEqual(['side']));
});

describe('regular containers', () => {
  it.each<[PodSpec['restartPolicy'], number, string[]]>([
    ['Always', 0, ['a']],
    ['OnFailure', 1, ['a']],
    ['OnFailure', 0, []],
    ['Never', 1, []],
  ])('with policy %s and exit code %d', (restartPolicy, code, due) =>
    expect(names(plan({ restartPolicy }, [exited('a', code)]))).toEqual(due),
  );

  it('follow the rules of the container first', () => {
    const rules: Partial<Container> = {
      restartPolicy: 'Never',
      restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
    };
    const containers = [c('a', rules)];
    expect(names(plan({ containers, restartPolicy: 'Never' }, [exited('a', 42)]))).toEqual(['a']);
    expect(names(plan({ containers, restartPolicy: 'Never' }, [exited('a', 1)]))).toEqual([]);
  });

  it('are killed and started again when liveness fails, with the grace of the probe', () => {
    const containers = [c('a', { livenessProbe: { terminationGracePeriodSeconds: 3 } })];
    const made = plan({ containers }, [status('a')], { liveness: () => 'failure' });
    expect(made.kill).toMatchObject([
      { message: 'Container a failed liveness probe, will be restarted', graceSeconds: 3 },
    ]);
    expect(names(made)).toEqual(['a']);
  });

  it('are only killed when nothing restarts', () => {
    const made = plan({ restartPolicy: 'Never', containers: [c('a'), c('b')] }, [status('a'), status('b')], {
      startup: (id) => (id === 'a-id' ? 'failure' : 'success'),
    });
    expect(made.kill).toMatchObject([{ message: 'Container a failed startup probe' }]);
    expect(names(made)).toEqual([]);
  });

  it('are replaced when their image changed', () => {
    const made = plan({ containers: [c('a', { image: 'new' })] }, [status('a')]);
    expect(made.kill).toMatchObject([{ message: 'Container a definition changed, will be restarted' }]);
  });

  it('end the pod when none is left to run', () =>
    expect(plan({ restartPolicy: 'Never' }, [exited('a', 0)])).toMatchObject({ killPod: true, createSandbox: false }));
});
