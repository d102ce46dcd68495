import { endpoints } from '#api/core/v1/endpoints.ts';
import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { services } from '#api/core/v1/service.ts';
import type { ConnectTarget } from '#apimachinery/request.ts';
import { badRequest, notFound, serviceUnavailable } from '#apimachinery/status.ts';
import type { Pod, Service } from '#gen/core/v1.ts';
import { admissionRequest } from '../registry/engine/admitting.ts';
import type { Call } from '../registry/engine/core.ts';
import type { SubresourceHandler } from './subresource.ts';

interface ProxyName {
  scheme: 'http' | 'https';
  name: string;
  port: string;
}

const proxyTo = (
  resource: { group: string; plural: string },
  target: (call: Call, to: ProxyName) => ConnectTarget,
): SubresourceHandler => ({
  resource,
  name: 'proxy',
  async serve(call) {
    const about = admissionRequest(call, { operation: 'CONNECT' });
    await call.core.admission.admit(about);
    await call.core.admission.validate(about);
    return { kind: 'connect', target: target(call, parse(call.request.name)) };
  },
});

/** `name`, `name:port`, `scheme:name:port`. Source: apimachinery net.SplitSchemeNamePort. */
function parse(id: string): ProxyName {
  const parts = id.split(':');
  const [first = '', second = '', third = ''] = parts;
  if (parts.length === 1) return { scheme: 'http', name: first, port: '' };
  if (parts.length === 2) return { scheme: 'http', name: first, port: second };
  if (parts.length === 3 && (first === 'http' || first === 'https' || first === '')) {
    return { scheme: first || 'http', name: second, port: third };
  }
  throw badRequest(`invalid proxy request ${JSON.stringify(id)}`);
}

function pathOf({ request }: Call): string {
  const query = request.options.query?.toString() ?? '';
  return (request.options.proxyPath ?? '/') + (query && `?${query}`);
}

export const podProxy = proxyTo(pods, (call, to) => {
  const { namespace } = call.request;
  const pod: Pod | undefined = call.core.reader.get(pods, { namespace, name: to.name });
  if (!pod) throw notFound(pods, to.name);
  const host = pod.status?.podIP;
  if (!host) throw badRequest('address not allowed');
  const declared = pod.spec?.containers.flatMap(({ ports = [] }) => ports) ?? [];
  const port = to.port === '' ? declared[0]?.containerPort : portOf(to.port, declared);
  const nodeName = pod.spec?.nodeName;
  return {
    via: 'cluster',
    host,
    port: port ?? 80,
    scheme: to.scheme,
    path: pathOf(call),
    ...(nodeName && { nodeName }),
  };
});

function portOf(wanted: string, declared: readonly { name?: string | undefined; containerPort: number }[]): number {
  const number = Number(wanted);
  if (Number.isInteger(number)) return number;
  const found = declared.find(({ name }) => name === wanted)?.containerPort;
  if (found === undefined) throw badRequest(`no such port ${JSON.stringify(wanted)}`);
  return found;
}

export const serviceProxy = proxyTo(services, (call, to) => {
  const key = { namespace: call.request.namespace, name: to.name };
  const service: Service | undefined = call.core.reader.get(services, key);
  if (!service) throw notFound(services, to.name);
  const subsets = call.core.reader.get(endpoints, key)?.subsets ?? [];
  const name = portName(service, to.port);
  for (const { addresses = [], ports = [] } of subsets) {
    const port = ports.find((one) => (one.name ?? '') === name) ?? (to.port === '' ? ports[0] : undefined);
    const address = addresses[Math.floor(Math.random() * addresses.length)];
    if (!port || !address) continue;
    const { ip, nodeName } = address;
    return {
      via: 'cluster',
      host: ip,
      port: port.port,
      scheme: to.scheme,
      path: pathOf(call),
      ...(nodeName && { nodeName }),
    };
  }
  throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(call.request.name)}`);
});

/** The endpoint port's name behind a Service port that is named or numbered. */
function portName({ metadata, spec }: Service, wanted: string): string {
  const ports = spec?.ports ?? [];
  if (wanted === '') return ports[0]?.name ?? '';
  const found = ports.find(({ name, port }) => name === wanted || String(port) === wanted);
  if (!found)
    throw serviceUnavailable(
      `no service port ${JSON.stringify(wanted)} found for service ${JSON.stringify(metadata.name)}`,
    );
  return found.name ?? '';
}

export const nodeProxy = proxyTo(nodes, (call, to) => {
  const node = call.core.reader.get(nodes, { namespace: '', name: to.name });
  if (!node) throw notFound(nodes, to.name);
  return { via: 'kubelet', nodeName: to.name, path: pathOf(call) };
});
