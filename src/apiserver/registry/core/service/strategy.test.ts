import { describe, expect, it } from 'vitest';
import { services } from '#api/core/v1/service.ts';
import type { Service } from '#gen/core/v1.ts';
import type { StrategyContext } from '../../../strategy.ts';
import { serviceStrategy } from './strategy.ts';

function context(): { context: StrategyContext; ips: Set<string>; ports: Set<number> } {
  const ips = new Set<string>();
  const ports = new Set<number>();
  const allocators = {
    serviceIPs: {
      cidr: '10.96.0.0/12',
      allocate(ip = `10.96.0.${ips.size + 1}`) {
        if (ips.has(ip)) throw new Error('provided IP is already allocated');
        ips.add(ip);
        return ip;
      },
      release: (ip: string) => void ips.delete(ip),
      has: (ip: string) => ips.has(ip),
    },
    nodePorts: {
      first: 30_000,
      last: 32_767,
      allocate(port = 30_000 + ports.size) {
        if (ports.has(port)) throw new Error('provided port is already allocated');
        ports.add(port);
        return port;
      },
      release: (port: number) => void ports.delete(port),
    },
  };
  return { context: { services: allocators, dryRun: false } as unknown as StrategyContext, ips, ports };
}

function created(spec: Service['spec'], at: StrategyContext): { service: Service; undo: () => void } {
  const service = { metadata: { name: 'web' }, spec } as Service;
  services.defaults?.(service);
  serviceStrategy.strategy.prepareForCreate?.(service, at);
  const reserved = serviceStrategy.strategy.reserve?.(service, undefined, at);
  return { service, undo: () => (typeof reserved === 'function' ? reserved() : reserved?.undo()) };
}

describe('services', () => {
  it('get a cluster IP and, as NodePort, a port for each port; undoing gives all back', () => {
    const world = context();
    const { service, undo } = created({ type: 'NodePort', ports: [{ port: 80 }] }, world.context);
    expect(service.spec).toMatchObject({ clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ipFamilies: ['IPv4'] });
    expect(service.spec.ports).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80, nodePort: 30_000 }]);
    undo();
    expect([world.ips.size, world.ports.size]).toEqual([0, 0]);
  });

  it('take nothing when headless', () => {
    const world = context();
    created({ clusterIP: 'None', ports: [{ port: 80 }] }, world.context);
    expect(world.ips.size).toBe(0);
  });

  it('are refused with the field when their node port is taken, and keep no address then', () => {
    const world = context();
    world.ports.add(30_080);
    expect(() => created({ type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] }, world.context)).toThrow(
      'Service "web" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    );
    expect(world.ips.size).toBe(0);
  });
});
