import { describe, expect, it } from 'vitest';
import type { KubeObject } from '#apimachinery/object.ts';
import { apiVersionOf, groupResourceOf } from '#apimachinery/resource.ts';
import { horizontalPodAutoscalers as autoscalersV1 } from './autoscaling/v1/horizontal-pod-autoscaler.ts';
import { horizontalPodAutoscalers as autoscalersV2 } from './autoscaling/v2/horizontal-pod-autoscaler.ts';
import { events as coreEvents } from './core/v1/event.ts';
import { events } from './events/v1/event.ts';
import { resources } from './index.ts';
import { ago, sample } from './testing.ts';

const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const stored = <T extends KubeObject>(
  resource: { conversion?: { toStored(object: T): KubeObject } | undefined },
  object: T,
) => resource.conversion?.toStored(object) as unknown as Record<string, unknown>;

describe('an event of events.k8s.io', () => {
  const event = sample(events, {
    eventTime: ago(5),
    regarding: { kind: 'Pod', name: 'web' },
    note: 'it works',
    reportingController: 'scheduler',
    reportingInstance: 'scheduler-1',
    action: 'Binding',
    reason: 'Scheduled',
    type: 'Normal',
    deprecatedCount: 2,
    deprecatedFirstTimestamp: ago(60),
    deprecatedLastTimestamp: ago(30),
    deprecatedSource: { component: 'old' },
  });

  it('is stored under the names of the core API', () => {
    expect(stored(events, event)).toEqual({
      ...sample(coreEvents, {
        eventTime: ago(5),
        involvedObject: { kind: 'Pod', name: 'web' },
        message: 'it works',
        reportingComponent: 'scheduler',
        reportingInstance: 'scheduler-1',
        action: 'Binding',
        reason: 'Scheduled',
        type: 'Normal',
        count: 2,
        firstTimestamp: ago(60),
        lastTimestamp: ago(30),
        source: { component: 'old' },
      }),
    });
  });

  it('comes back as it was', () => {
    expect(events.conversion?.fromStored(stored(events, event) as never)).toEqual(event);
  });

  it('is found by what it regards, under either name', () => {
    const { selectableFields = {} } = events;
    expect(selectableFields['regarding.name']?.(event)).toBe('web');
    expect(selectableFields['involvedObject.name']?.(event)).toBe('web');
    expect(selectableFields['reason']?.(event)).toBe('Scheduled');
  });
});

describe('an autoscaler of v1', () => {
  const object = sample(autoscalersV1, {
    spec: { minReplicas: 1, maxReplicas: 5, scaleTargetRef: target, targetCPUUtilizationPercentage: 70 },
    status: { currentReplicas: 2, desiredReplicas: 3, currentCPUUtilizationPercentage: 90 },
  });

  it('is stored with its percentage as a metric', () => {
    expect(stored(autoscalersV1, object)).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: {
        maxReplicas: 5,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
        ],
      },
      status: { currentReplicas: 2, desiredReplicas: 3 },
    });
  });

  it('comes back as it was', () => {
    expect(autoscalersV1.conversion?.fromStored(stored(autoscalersV1, object) as never)).toMatchObject({
      apiVersion: 'autoscaling/v1',
      spec: object.spec,
      status: { currentReplicas: 2, desiredReplicas: 3, currentCPUUtilizationPercentage: 90 },
    });
  });

  it('carries what it cannot say in annotations, and loses none of it', () => {
    const rich = sample(autoscalersV2, {
      spec: {
        maxReplicas: 5,
        scaleTargetRef: target,
        metrics: [
          { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } } },
          { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
        ],
        behavior: {
          scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods', value: 1, periodSeconds: 15 }] },
        },
      },
    });
    const old = autoscalersV1.conversion?.fromStored(rich as never) as KubeObject;
    expect(Object.keys(old.metadata.annotations ?? {}).sort()).toEqual([
      'autoscaling.alpha.kubernetes.io/behavior',
      'autoscaling.alpha.kubernetes.io/metrics',
    ]);
    const back = stored(autoscalersV1, old as never);
    expect(back['spec']).toEqual(rich.spec);
    expect((back['metadata'] as KubeObject['metadata']).annotations).toBeUndefined();
  });
});

describe('the kinds', () => {
  it('are each listed once, under one name', () => {
    const names = resources.map((one) => `${apiVersionOf(one)} ${one.plural}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(60);
  });

  it('share a place in the store only where one becomes the other', () => {
    const owners = new Map<string, string>();
    for (const one of resources.filter(({ conversion }) => !conversion)) {
      const place = `${one.group}/${one.storageName}`;
      expect(owners.get(place)).toBeUndefined();
      owners.set(place, groupResourceOf(one));
    }
    const shared = resources.filter(({ conversion }) => conversion);
    expect(shared.map(({ conversion }) => conversion?.stored.storageName)).toEqual(
      shared.map((one) => one.storageName),
    );
  });

  it('have short names that no other kind of their group has', () => {
    const taken = new Map<string, string>();
    for (const one of resources) {
      for (const short of one.shortNames) {
        const owner = taken.get(`${one.group}/${short}`) ?? one.plural;
        expect(owner).toBe(one.plural);
        taken.set(`${one.group}/${short}`, one.plural);
      }
    }
  });
});
