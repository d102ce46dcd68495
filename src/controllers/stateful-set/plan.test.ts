import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '#gen/apps/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import { planOwners } from './claims.ts';
import { hasIdentity, podFor } from './identity.ts';
import { planStatefulSet, type Step, statefulSetStatus } from './plan.ts';

const nowMs = Date.UTC(2026, 0, 1);
const set = (spec: Partial<StatefulSet['spec']> = {}, status: Partial<StatefulSet['status']> = {}): StatefulSet => ({
  metadata: { name: 'db', namespace: 'ns', uid: 'set', generation: 3 } as StatefulSet['metadata'],
  spec: { replicas: 3, serviceName: 'db', template: { spec: { containers: [] } }, ...spec },
  status: { replicas: 0, ...status },
});

type State = 'ready' | 'pending' | 'running' | 'going' | 'failed' | 'succeeded' | 'fresh';
const pod = (ordinal: number, state: State = 'ready', revision = 'new'): Pod => {
  const isReady = state === 'ready' || state === 'fresh' || state === 'going';
  const since = new Date(nowMs - (state === 'fresh' ? 1_000 : 3_600_000)).toISOString();
  const phase = { pending: 'Pending', failed: 'Failed', succeeded: 'Succeeded' }[state as string] ?? 'Running';
  return {
    metadata: {
      name: `db-${ordinal}`,
      uid: `p${ordinal}`,
      labels: { 'statefulset.kubernetes.io/pod-name': `db-${ordinal}`, 'controller-revision-hash': revision },
      ...(state === 'going' && { deletionTimestamp: 'now' }),
    },
    spec: { containers: [] },
    status: {
      phase: phase as 'Running',
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: since }],
    },
  } as unknown as Pod;
};

const view = (which: StatefulSet, pods: Pod[], current = 'new') => ({
  set: which,
  pods,
  current,
  update: 'new',
  nowMs,
});
const said = (steps: readonly Step[]) =>
  steps.map((step) => {
    if (step.type === 'create') return `create ${step.ordinal} at ${step.revision}`;
    return step.type === 'claims' ? `claims ${step.ordinal}` : `${step.type} ${step.pod.metadata.name}`;
  });
const rolling = (rollingUpdate: { partition?: number; maxUnavailable?: number | string }) => ({
  updateStrategy: { type: 'RollingUpdate' as const, rollingUpdate },
});
const parallel = { podManagementPolicy: 'Parallel' as const };
const all = (revision: string, states: State[] = ['ready', 'ready', 'ready']) =>
  states.map((state, ordinal) => pod(ordinal, state, revision));

describe('one pass over a stateful set', () => {
  it.each<[string, StatefulSet, Pod[], string[], string?]>([
    ['makes the first pod only', set(), [], ['create 0 at new']],
    ['makes all at once in parallel', set(parallel), [], ['create 0 at new', 'create 1 at new', 'create 2 at new']],
    ['waits for a pod that is not ready', set(), [pod(0, 'running')], []],
    ['looks after the claims of a pod that is pending', set(), [pod(0, 'pending')], ['claims 0']],
    ['goes on when it is ready', set(), [pod(0)], ['create 1 at new']],
    ['waits until it is available', set({ minReadySeconds: 10 }), [pod(0, 'fresh')], []],
    ['fills a gap first', set(), [pod(0), pod(2)], ['create 1 at new']],
    ['waits for a pod on its way out', set(), [pod(0, 'going')], []],
    ['starts at the first ordinal', set({ replicas: 1, ordinals: { start: 5 } }), [], ['create 5 at new']],
    ['replaces what has failed', set(), [pod(0, 'failed')], ['replace db-0']],
    ['replaces what has ended', set(), [pod(0, 'succeeded')], ['replace db-0']],
    ['removes the highest first', set({ replicas: 1 }), all('new'), ['delete db-2']],
    ['removes all at once in parallel', set({ replicas: 1, ...parallel }), all('new'), ['delete db-2', 'delete db-1']],
    ['waits for the highest to go', set({ replicas: 1 }), [pod(0), pod(1), pod(2, 'going')], []],
    [
      'removes those below a raised start',
      set({ replicas: 1, ordinals: { start: 1 } }),
      [pod(0), pod(1)],
      ['delete db-0'],
    ],
    [
      'removes nothing while a lower one is unhealthy',
      set({ replicas: 1 }),
      [pod(0), pod(1, 'running'), pod(2, 'running')],
      [],
    ],
    ['removes the highest, unhealthy one', set({ replicas: 2 }), [pod(0), pod(1), pod(2, 'running')], ['delete db-2']],
    [
      'does nothing more when the set is going',
      { ...set(), metadata: { ...set().metadata, deletionTimestamp: 'x' } },
      [],
      [],
    ],
    ['rolls from the highest down', set({}, { currentReplicas: 3 }), all('old'), ['delete db-2'], 'old'],
    [
      'rolls on where the higher are new and ready',
      set(),
      [pod(0, 'ready', 'old'), pod(1, 'ready', 'old'), pod(2)],
      ['delete db-1'],
      'old',
    ],
    [
      'waits for the renewed to be ready',
      set(),
      [pod(0, 'ready', 'old'), pod(1, 'ready', 'old'), pod(2, 'running')],
      [],
      'old',
    ],
    [
      'keeps those below the partition',
      set(rolling({ partition: 2 })),
      [pod(0, 'ready', 'old'), pod(1, 'ready', 'old'), pod(2)],
      [],
      'old',
    ],
    [
      'makes those below the partition of the old revision',
      set(rolling({ partition: 2 })),
      [],
      ['create 0 at old'],
      'old',
    ],
    [
      'rolls as many at once as may be unavailable',
      set({ ...rolling({ maxUnavailable: 2 }) }),
      all('old'),
      ['delete db-2', 'delete db-1'],
      'old',
    ],
    ['rolls one at least', set(rolling({ maxUnavailable: '10%' })), all('old'), ['delete db-2'], 'old'],
    [
      'counts those that are out already',
      set({ ...parallel, ...rolling({ maxUnavailable: 2 }) }),
      all('old', ['running', 'ready', 'ready']),
      ['delete db-2'],
      'old',
    ],
    ['leaves it to the user under OnDelete', set({ updateStrategy: { type: 'OnDelete' } }), all('old'), [], 'old'],
    [
      'makes what the user deleted of the new revision under OnDelete',
      set({ updateStrategy: { type: 'OnDelete' } }),
      [pod(0, 'ready', 'old')],
      ['create 1 at new'],
      'old',
    ],
  ])('%s', (_, which, pods, expected, current) => {
    expect(said(planStatefulSet(view(which, pods, current)))).toEqual(expected);
  });

  it('mends a pod that lost its name label and goes on', () => {
    const bare = pod(0);
    const stripped = { ...bare, metadata: { ...bare.metadata, labels: { 'controller-revision-hash': 'new' } } };
    expect(said(planStatefulSet(view(set(), [stripped])))).toEqual(['mend db-0', 'create 1 at new']);
  });

  it('ignores pods whose names are not its own', () => {
    const stranger = { ...pod(0), metadata: { ...pod(0).metadata, name: 'db-x-0' } };
    expect(said(planStatefulSet(view(set(), [stranger])))).toEqual(['create 0 at new']);
  });
});

describe('the status of a stateful set', () => {
  it('counts by revision while it rolls', () => {
    const status = statefulSetStatus(
      view(set(), [pod(0, 'ready', 'old'), pod(1, 'running', 'new'), pod(2, 'going', 'new')], 'old'),
      undefined,
    );
    expect(status).toEqual({
      observedGeneration: 3,
      replicas: 3,
      readyReplicas: 2,
      availableReplicas: 2,
      currentReplicas: 1,
      updatedReplicas: 1,
      currentRevision: 'old',
      updateRevision: 'new',
      collisionCount: 0,
    });
  });

  it.each<[string, StatefulSet, string]>([
    ['becomes current when all are new and ready', set(), 'new'],
    ['does not under OnDelete', set({ updateStrategy: { type: 'OnDelete' } }), 'old'],
  ])('the update revision %s', (_, which, expected) => {
    expect(statefulSetStatus(view(which, all('new'), 'old'), undefined).currentRevision).toBe(expected);
  });
});

describe('the pods of a stateful set', () => {
  const withClaims = set({
    volumeClaimTemplates: [
      { metadata: { name: 'data' }, spec: {} },
    ] as unknown as StatefulSet['spec']['volumeClaimTemplates'],
  });
  it('carry name, index, revision, host name, subdomain and claims', () => {
    const template = {
      spec: {
        containers: [],
        volumes: [
          { name: 'data', emptyDir: {} },
          { name: 'tmp', emptyDir: {} },
        ],
      },
    };
    const made = podFor(withClaims, { ordinal: 1, template, revision: 'new' });
    expect(made.metadata).toMatchObject({
      name: 'db-1',
      labels: {
        'statefulset.kubernetes.io/pod-name': 'db-1',
        'apps.kubernetes.io/pod-index': '1',
        'controller-revision-hash': 'new',
      },
    });
    expect(made.metadata.generateName).toBeUndefined();
    expect(made.spec).toMatchObject({
      hostname: 'db-1',
      subdomain: 'db',
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: 'data-db-1', readOnly: false } },
        { name: 'tmp', emptyDir: {} },
      ],
    });
    expect(hasIdentity(withClaims, made as Pod)).toBe(true);
    expect(hasIdentity(withClaims, { ...made, spec: { containers: [] } } as unknown as Pod)).toBe(false);
  });

  const claim = { metadata: { name: 'data-db-0', uid: 'c' }, spec: {} } as Parameters<typeof planOwners>[2];
  it.each<[string, 'Retain' | 'Delete', 'Retain' | 'Delete', number, string[]]>([
    ['nobody where all is kept', 'Retain', 'Retain', 9, []],
    ['the set where deletion takes them along', 'Delete', 'Retain', 9, ['StatefulSet']],
    ['nobody while the pod stays', 'Retain', 'Delete', 0, []],
    ['the pod once it is condemned', 'Retain', 'Delete', 9, ['Pod']],
    ['the condemned pod before the set', 'Delete', 'Delete', 9, ['Pod']],
    ['the set while the pod stays', 'Delete', 'Delete', 0, ['StatefulSet']],
  ])(
    'claims belong to %s (whenDeleted %s, whenScaled %s, ordinal %i)',
    (_, whenDeleted, whenScaled, ordinal, owners) => {
      const which = set({ persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } });
      const planned = planOwners(which, pod(ordinal), claim);
      expect((planned?.metadata.ownerReferences ?? []).map(({ kind }) => kind)).toEqual(owners);
      if (planned) expect(planOwners(which, pod(ordinal), planned)).toBeUndefined();
    },
  );

  it('takes nothing from a claim that another controller owns', () => {
    const taken = {
      ...claim,
      metadata: {
        ...claim.metadata,
        ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x', controller: true }],
      },
    };
    const which = set({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } });
    expect(planOwners(which, pod(0), taken)).toBeUndefined();
  });
});
