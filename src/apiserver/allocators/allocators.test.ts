import { describe, expect, it } from 'vitest';
import { ipAllocator } from './ip-allocator.ts';
import { portAllocator } from './port-allocator.ts';

describe('addresses of services', () => {
  it('are each given once, until none is left', () => {
    const ips = ipAllocator('10.0.0.0/29');
    const given = new Set(Array.from({ length: 6 }, () => ips.allocate()));
    expect([...given].sort()).toEqual([1, 2, 3, 4, 5, 6].map((last) => `10.0.0.${last}`));
    expect(() => ips.allocate()).toThrow('range is full');
    ips.release('10.0.0.3');
    expect(ips.allocate()).toBe('10.0.0.3');
  });

  it('leave the lowest band to those who ask by name', () => {
    const ips = ipAllocator('10.96.0.0/24');
    for (let at = 0; at < 100; at++) expect(Number(ips.allocate().split('.')[3])).toBeGreaterThan(16);
    expect(ips.allocate('10.96.0.10')).toBe('10.96.0.10');
    expect(ips.has('10.96.0.10')).toBe(true);
  });

  it.each([
    ['10.96.0.0', /not in the valid range\. The range of valid IPs is 10\.96\.0\.0\/24$/],
    ['10.96.0.255', /not in the valid range/],
    ['10.97.0.1', /not in the valid range/],
    ['nonsense', /not in the valid range/],
  ])('refuse %s', (ip, message) => {
    expect(() => ipAllocator('10.96.0.0/24').allocate(ip)).toThrow(message);
  });

  it('refuse one that is taken', () => {
    const ips = ipAllocator('10.96.0.0/24');
    ips.allocate('10.96.0.7');
    expect(() => ips.allocate('10.96.0.7')).toThrow('provided IP is already allocated');
  });
});

describe('node ports', () => {
  it('are each given once, until none is left', () => {
    const ports = portAllocator([30_000, 30_002]);
    expect(new Set([ports.allocate(), ports.allocate(), ports.allocate()])).toEqual(new Set([30_000, 30_001, 30_002]));
    expect(() => ports.allocate()).toThrow('range is full');
    ports.release(30_001);
    expect(ports.allocate(30_001)).toBe(30_001);
  });

  it('are refused outside of the range, or when taken', () => {
    const ports = portAllocator([30_000, 32_767]);
    ports.allocate(30_000);
    expect(() => ports.allocate(30_000)).toThrow('provided port is already allocated');
    expect(() => ports.allocate(80)).toThrow(
      'provided port is not in the valid range. The range of valid ports is 30000-32767',
    );
  });
});
