import { afterEach, describe, expect, it } from 'vitest';
import { fakeClock } from '#base/clock.ts';
import type { Container, Pod, Probe } from '#gen/core/v1.ts';
import type { ContainerService, ContainerStatus } from '../runtimes/runtime.ts';
import type { PodState } from '../sync/pod-state.ts';
import { createProbes, type ProbeResults } from './probes.ts';

const exec: Probe = { exec: { command: ['check'] }, periodSeconds: 10, failureThreshold: 3, successThreshold: 1 };
let probes: ProbeResults | undefined;
afterEach(() => probes?.forget('u'));

/** One running container whose exec probes answer with the code that the test sets. */
function setUp(container: Partial<Container>) {
  const clock = fakeClock(0);
  const pod: Pod = {
    metadata: { name: 'p', namespace: 'default', uid: 'u' } as Pod['metadata'],
    spec: { containers: [{ name: 'c', ...container }] },
    status: {},
  };
  const running = { id: 'id', name: 'c', state: 'running', startedAtMs: 0 } as ContainerStatus;
  const state: PodState = { sandboxes: [], containers: [running] };
  const answer = { exitCode: 0, asked: 0 };
  const events: string[] = [];
  let changes = 0;
  const execSync = async () => {
    answer.asked++;
    return { exitCode: answer.exitCode, stdout: Buffer.from('out'), stderr: Buffer.alloc(0) };
  };
  const results = createProbes({
    clock,
    events: { event: (_, { type, reason, message }) => void events.push(`${type} ${reason} ${message}`) },
    containers: { execSync } as unknown as ContainerService,
    nodeIP: '',
    changed: () => changes++,
  });
  probes = results;
  results.follow(pod, state, false);
  return { clock, pod, state, answer, events, results, changes: () => changes };
}

describe('a liveness probe', () => {
  it('holds until it failed three times in a row', async () => {
    const { clock, answer, events, results } = setUp({ livenessProbe: exec });
    answer.exitCode = 1;
    await clock.advance(10_000);
    expect(results.liveness('id')).toBe('success');
    answer.exitCode = 0;
    await clock.advance(10_000);
    answer.exitCode = 1;
    await clock.advance(20_000);
    expect(results.liveness('id')).toBe('success');
    await clock.advance(10_000);
    expect(results.liveness('id')).toBe('failure');
    expect(events[0]).toBe('Warning Unhealthy Liveness probe failed: out');
  });

  it('waits for its initial delay', async () => {
    const { clock, answer } = setUp({ livenessProbe: { ...exec, initialDelaySeconds: 30 } });
    await clock.advance(29_999);
    expect(answer.asked).toBe(0);
    await clock.advance(1);
    expect(answer.asked).toBe(1);
  });
});

describe('a readiness probe', () => {
  it('makes the container ready only once it succeeds, and unready again', async () => {
    const { clock, answer, results, changes } = setUp({ readinessProbe: { ...exec, failureThreshold: 1 } });
    expect(results.isReady('id')).toBe(false);
    await clock.advance(0);
    expect(results.isReady('id')).toBe(true);
    answer.exitCode = 1;
    await clock.advance(10_000);
    expect(results.isReady('id')).toBe(false);
    expect(changes()).toBe(2);
  });

  it('goes on while the pod ends, the others do not', async () => {
    const { clock, pod, state, answer, results } = setUp({ readinessProbe: exec, livenessProbe: exec });
    await clock.advance(0);
    const before = answer.asked;
    results.follow(pod, state, true);
    await clock.advance(10_000);
    expect(answer.asked).toBe(before + 1);
  });
});

describe('a startup probe', () => {
  it('holds the others back until it succeeds, and is not asked again', async () => {
    const { clock, answer, results } = setUp({
      startupProbe: { ...exec, failureThreshold: 30 },
      livenessProbe: exec,
      readinessProbe: exec,
    });
    answer.exitCode = 1;
    await clock.advance(50_000);
    expect(answer.asked).toBe(6);
    expect(results.isStarted('id')).toBe(false);
    expect(results.isReady('id')).toBe(false);
    answer.exitCode = 0;
    await clock.advance(20_000);
    expect(results.isStarted('id')).toBe(true);
    expect(results.isReady('id')).toBe(true);
  });

  it('fails the container at its threshold', async () => {
    const { clock, answer, results } = setUp({ startupProbe: { ...exec, failureThreshold: 2 } });
    answer.exitCode = 1;
    await clock.advance(10_000);
    expect(results.startup('id')).toBe('failure');
  });
});
