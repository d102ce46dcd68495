import { describe, expect, it } from 'vitest';
import type { Container, Pod } from '#gen/core/v1.ts';
import { fieldPathOf, findContainer, formatPod } from './containers.ts';
import { hashOf } from './labels.ts';
import { oomScoreAdjOf, qosClassOf } from './qos.ts';
import { cpuQuota, cpuShares, podCgroupResources, podTotals, runtimeResources } from './resources.ts';
import { goDuration, wireMicroTime, wireTime } from './time.ts';

const podOf = (containers: Container[], spec: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { name: 'web', namespace: 'shop', uid: 'u1' } as Pod['metadata'],
  spec: { containers, ...spec },
  status: {},
});
const limits = (cpu: string, memory: string) => ({ limits: { cpu, memory }, requests: { cpu, memory } });

describe('quality of service', () => {
  it.each<[string, Container[], string]>([
    ['nothing asked', [{ name: 'a' }], 'BestEffort'],
    ['all limits equal the requests', [{ name: 'a', resources: limits('1', '1Gi') }], 'Guaranteed'],
    ['limits alone', [{ name: 'a', resources: { limits: { cpu: '1', memory: '1Gi' } } }], 'Guaranteed'],
    ['one container without', [{ name: 'a', resources: limits('1', '1Gi') }, { name: 'b' }], 'Burstable'],
    ['requests only', [{ name: 'a', resources: { requests: { cpu: '100m' } } }], 'Burstable'],
  ])('%s', (_, containers, qos) => expect(qosClassOf(podOf(containers))).toBe(qos));

  it('spares what asked for much memory', () => {
    const container: Container = { name: 'a', resources: { requests: { memory: '4Gi' } } };
    expect(oomScoreAdjOf(podOf([container]), container, 16 * 2 ** 30)).toBe(750);
    expect(oomScoreAdjOf(podOf([{ name: 'a' }]), {}, 16 * 2 ** 30)).toBe(1000);
    expect(oomScoreAdjOf(podOf([{ name: 'a' }], { priority: 2_000_001_000 }), {}, 1)).toBe(-997);
  });
});

describe('resources for the runtime', () => {
  it.each([
    [0, 2],
    [1, 2],
    [100, 102],
    [1000, 1024],
    [1e9, 262_144],
  ])('%d milli-CPU are %d shares', (millis, shares) => expect(cpuShares(millis)).toBe(shares));
  it('never gives less than a millisecond of quota', () =>
    expect([cpuQuota(5), cpuQuota(500)]).toEqual([1000, 50_000]));

  it('turns requests and limits into shares, quota and bytes', () => {
    const container: Container = {
      name: 'a',
      resources: { requests: { cpu: '250m' }, limits: { cpu: '500m', memory: '64Mi' } },
    };
    expect(runtimeResources(podOf([container]), container, 2 ** 34)).toEqual({
      cpuShares: 256,
      cpuQuota: 50_000,
      cpuPeriod: 100_000,
      memoryLimitBytes: 67_108_864,
      oomScoreAdj: 999,
    });
  });

  it('adds sidecars up and lets other init containers only raise the peak', () => {
    const cpu = (name: string, value: string, more: Partial<Container> = {}): Container => ({
      name,
      resources: { requests: { cpu: value } },
      ...more,
    });
    const pod = podOf([cpu('a', '100m')], {
      initContainers: [cpu('s', '50m', { restartPolicy: 'Always' }), cpu('i', '700m')],
    });
    expect(podTotals(pod, 'requests').cpuMillis).toBe(750);
  });

  it('limits the pod only where each container is limited', () => {
    const limited: Container = { name: 'a', resources: { limits: { memory: '1Mi' } } };
    expect(podCgroupResources(podOf([limited, { name: 'b' }])).memoryLimitBytes).toBeUndefined();
    expect(podCgroupResources(podOf([limited, { ...limited, name: 'b' }])).memoryLimitBytes).toBe(2 * 2 ** 20);
  });
});

describe('words', () => {
  it('name pods and their parts as upstream', () => {
    const pod = podOf([{ name: 'a' }], { initContainers: [{ name: 'i' }] });
    const init = findContainer(pod, 'i');
    expect(formatPod(pod)).toBe('web_shop(u1)');
    expect(init && fieldPathOf(init)).toBe('spec.initContainers{i}');
  });
  it('hash a container by name and image only', () => {
    expect(hashOf({ name: 'a', image: 'x', args: ['1'] })).toBe(hashOf({ name: 'a', image: 'x' }));
    expect(hashOf({ name: 'a', image: 'x' })).not.toBe(hashOf({ name: 'a', image: 'y' }));
  });
  it.each([
    [10_000, '10s'],
    [160_000, '2m40s'],
    [300_000, '5m0s'],
    [3_600_000, '1h0m0s'],
    [1500, '1.5s'],
    [250, '250ms'],
  ])('%d ms is %s', (ms, text) => expect(goDuration(ms)).toBe(text));
  it('write times as the API does', () => {
    expect(wireTime(1_700_000_000_123)).toBe('2023-11-14T22:13:20Z');
    expect(wireMicroTime(1_700_000_000_123)).toBe('2023-11-14T22:13:20.123000Z');
  });
});
