import type { FieldPath } from '#apimachinery/field-error.ts';
import { FieldPath as Path } from '#apimachinery/field-error.ts';
import { invalid } from '#apimachinery/status.ts';
import type { Service } from '#gen/core/v1.ts';
import type { Reservation, StrategyContext } from '../../../strategy.ts';

type Services = StrategyContext['services'];

const refuse = (service: Service, at: FieldPath, value: unknown, cause: unknown): Error =>
  invalid({ group: '', kind: 'Service' }, service.metadata.name, [
    at.invalid(value, cause instanceof Error ? cause.message : String(cause)),
  ]);

const needsIp = ({ spec }: Service): boolean => spec.type !== 'ExternalName' && spec.clusterIP !== 'None';

const needsNodePorts = ({ spec }: Service): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);

const portsOf = (service: Service | undefined): number[] => {
  const ports = (service?.spec.ports ?? []).map(({ nodePort }) => nodePort ?? 0);
  return [...new Set([...ports, service?.spec.healthCheckNodePort ?? 0])].filter((port) => port > 0);
};

function takeIp(service: Service, previous: Service | undefined, { serviceIPs }: Services): () => void {
  const { spec } = service;
  const held = previous && needsIp(previous) ? previous.spec.clusterIP : undefined;
  if (!needsIp(service) || (held && spec.clusterIP === held)) return () => {};
  const asked = spec.clusterIP || undefined;
  let ip: string;
  try {
    ip = serviceIPs.allocate(asked);
  } catch (cause) {
    throw refuse(service, new Path('spec').child('clusterIPs'), asked ? [asked] : [], cause);
  }
  spec.clusterIP = ip;
  spec.clusterIPs = [ip];
  return () => serviceIPs.release(ip);
}

function takePort(service: Service, asked: number | undefined, at: FieldPath, { nodePorts }: Services): number {
  try {
    return nodePorts.allocate(asked || undefined);
  } catch (cause) {
    throw refuse(service, at, asked ?? 0, cause);
  }
}

function takePorts(service: Service, previous: Service | undefined, services: Services, undo: (() => void)[]): void {
  const { spec } = service;
  const held = new Set(portsOf(previous));
  const take = (asked: number | undefined, at: FieldPath): number => {
    if (asked && held.has(asked)) return asked;
    const port = takePort(service, asked, at, services);
    held.add(port);
    undo.push(() => services.nodePorts.release(port));
    return port;
  };
  const at = new Path('spec').child('ports');
  if (needsNodePorts(service) || spec.ports?.some(({ nodePort }) => nodePort)) {
    for (const [index, port] of (spec.ports ?? []).entries())
      port.nodePort = take(port.nodePort, at.index(index).child('nodePort'));
  }
  if (spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local') {
    spec.healthCheckNodePort = take(spec.healthCheckNodePort, new Path('spec').child('healthCheckNodePort'));
  }
}

function dropUnused(service: Service, previous: Service | undefined, services: Services): void {
  const kept = new Set(portsOf(service));
  for (const port of portsOf(previous)) if (!kept.has(port)) services.nodePorts.release(port);
  if (previous && needsIp(previous) && !needsIp(service) && previous.spec.clusterIP) {
    services.serviceIPs.release(previous.spec.clusterIP);
  }
}

/**
 * Takes addresses and ports for a service. What it held before and needs no more is freed only once the write stands.
 * @throws {StatusError} with reason Invalid when one is taken, out of range, or none is left.
 */
export function reserveService(
  service: Service,
  previous: Service | undefined,
  { services }: StrategyContext,
): Reservation {
  const undo: (() => void)[] = [];
  const rollBack = () => {
    for (const step of undo.splice(0).reverse()) step();
  };
  try {
    undo.push(takeIp(service, previous, services));
    takePorts(service, previous, services, undo);
  } catch (error) {
    rollBack();
    throw error;
  }
  return { undo: rollBack, settle: () => dropUnused(service, previous, services) };
}

export function releaseService(service: Service, { services }: StrategyContext): void {
  for (const port of portsOf(service)) services.nodePorts.release(port);
  if (needsIp(service) && service.spec.clusterIP) services.serviceIPs.release(service.spec.clusterIP);
}
