import type { Service, ServicePort } from '#gen/core/v1.ts';

const variable = (name: string): string => name.toUpperCase().replaceAll('-', '_');

const isVisible = (service: Service): boolean => !!service.spec.clusterIP && service.spec.clusterIP !== 'None';

/**
 * The services that a pod sees as variables: all of its own namespace (where it wants links), and `kubernetes` always.
 * Source: upstream kubelet_pods.go getServiceEnvVarMap.
 */
export function servicesFor(namespace: string, wantsLinks: boolean, services: readonly Service[]): readonly Service[] {
  const chosen = new Map<string, Service>();
  for (const service of services.filter(isVisible)) {
    const { name, namespace: home } = service.metadata;
    if (home === 'default' && name === 'kubernetes' && !chosen.has(name)) chosen.set(name, service);
    if (wantsLinks && home === namespace) chosen.set(name, service);
  }
  return [...chosen.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT` and the Docker-link variables of each service. Source: upstream pkg/kubelet/envvars. */
export function serviceEnv(services: readonly Service[]): Record<string, string> {
  return Object.assign({}, ...services.map(variablesOf)) as Record<string, string>;
}

function variablesOf(service: Service): Record<string, string> {
  const name = variable(service.metadata.name);
  const host = service.spec.clusterIP ?? '';
  const [first, ...rest] = service.spec.ports ?? [];
  const variables: Record<string, string> = { [`${name}_SERVICE_HOST`]: host };
  if (!first) return variables;
  variables[`${name}_SERVICE_PORT`] = String(first.port);
  for (const port of [first, ...rest]) {
    if (port.name) variables[`${name}_SERVICE_PORT_${variable(port.name)}`] = String(port.port);
    Object.assign(variables, linkVariables(name, host, port));
  }
  const { url } = link(host, first);
  variables[`${name}_PORT`] = url;
  return variables;
}

function link(host: string, port: ServicePort): { protocol: string; url: string } {
  const protocol = port.protocol ?? 'TCP';
  const at = host.includes(':') ? `[${host}]` : host;
  return { protocol, url: `${protocol.toLowerCase()}://${at}:${port.port}` };
}

function linkVariables(name: string, host: string, port: ServicePort): Record<string, string> {
  const { protocol, url } = link(host, port);
  const prefix = `${name}_PORT_${port.port}_${protocol}`;
  return {
    [prefix]: url,
    [`${prefix}_PROTO`]: protocol.toLowerCase(),
    [`${prefix}_PORT`]: String(port.port),
    [`${prefix}_ADDR`]: host,
  };
}
