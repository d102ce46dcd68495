import type { LifecycleHandler, Probe } from '#gen/core/v1.ts';
import { seLinuxOptions } from './se-linux.ts';
import { seccompBaseline } from './seccomp.ts';
import {
  type AnyContainer,
  containersOf,
  isRelaxed,
  named,
  namesWhere,
  type PodCheck,
  plural,
  quoted,
  settersText,
  sortedSet,
} from './violation.ts';

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

const appArmorProfile: PodCheck = ({ metadata, spec }) => {
  const bad = (type: string | undefined) => type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost';
  const podType = spec.securityContext?.appArmorProfile?.type;
  const containers = containersOf(spec).filter((one) => bad(one.securityContext?.appArmorProfile?.type));
  const annotations = Object.entries(metadata.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APPARMOR) && !/^($|runtime\/default$|localhost\/)/.test(value))
    .map(([key, value]) => ({ text: `${key}=${JSON.stringify(value)}`, value }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
  const types = containers.map((one) => one.securityContext?.appArmorProfile?.type ?? '');
  const values = sortedSet([
    ...(bad(podType) ? [podType ?? ''] : []),
    ...types,
    ...annotations.map((one) => one.value),
  ]);
  if (values.length === 0) return undefined;
  const fields = settersText(
    bad(podType),
    containers.map(({ name }) => name),
  );
  const texts = annotations.map(({ text }) => text);
  const marks = texts.length > 0 ? `${plural('annotation', texts.length)} ${texts.join(', ')}` : '';
  const setters = [marks, fields].filter((text) => text !== '').join(' and ');
  return {
    reason: plural('forbidden AppArmor profile', values.length),
    detail: `${setters} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

const DEFAULT_CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);

export const capabilitiesBaseline: PodCheck = ({ spec }) => {
  const added = (one: AnyContainer) =>
    (one.securityContext?.capabilities?.add ?? []).filter((name) => !DEFAULT_CAPABILITIES.has(name));
  const bad = containersOf(spec).filter((one) => added(one).length > 0);
  if (bad.length === 0) return undefined;
  const names = bad.map(({ name }) => name);
  const detail = `${named('container', names)} must not include ${quoted(sortedSet(bad.flatMap(added)))} in securityContext.capabilities.add`;
  return { reason: 'non-default capabilities', detail };
};

const hostNamespaces: PodCheck = ({ spec }) => {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name]);
  if (used.length === 0) return undefined;
  return { reason: 'host namespaces', detail: used.map((name) => `${name}=true`).join(', ') };
};

export const hostPathVolumes: PodCheck = ({ spec }) => {
  const volumes = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
  return volumes.length > 0 ? { reason: 'hostPath volumes', detail: named('volume', volumes) } : undefined;
};

const uses = (count: number) => (count === 1 ? 'uses' : 'use');

const hostPorts: PodCheck = ({ spec }) => {
  const portsOf = ({ ports = [] }: AnyContainer) =>
    ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
  const bad = containersOf(spec).filter((one) => portsOf(one).length > 0);
  if (bad.length === 0) return undefined;
  const ports = sortedSet(bad.flatMap(portsOf));
  const who = named(
    'container',
    bad.map(({ name }) => name),
  );
  return {
    reason: 'hostPort',
    detail: `${who} ${uses(bad.length)} ${plural('hostPort', ports.length)} ${ports.join(', ')}`,
  };
};

const hostProbes: PodCheck = ({ spec, minor }) => {
  if (minor < 34) return undefined;
  const bad = containersOf(spec).filter((one) => hostsOf(one).length > 0);
  if (bad.length === 0) return undefined;
  const hosts = sortedSet(bad.flatMap(hostsOf));
  const names = sortedSet(bad.map(({ name }) => name));
  const what = plural('probe or lifecycle host', hosts.length);
  return {
    reason: 'probe or lifecycle host',
    detail: `${named('container', names)} ${uses(names.length)} ${what} ${quoted(hosts)}`,
  };
};

function hostsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer): string[] {
  const actions: (Probe | LifecycleHandler | undefined)[] = [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ];
  return actions
    .flatMap((action) => [action?.httpGet?.host, action?.tcpSocket?.host])
    .filter((host): host is string => !!host);
}

const privileged: PodCheck = ({ spec }) => {
  const bad = namesWhere(spec, ({ securityContext }) => securityContext?.privileged === true);
  if (bad.length === 0) return undefined;
  return { reason: 'privileged', detail: `${named('container', bad)} must not set securityContext.privileged=true` };
};

const procMount: PodCheck = (pod) => {
  if (isRelaxed(pod)) return undefined;
  const mountOf = ({ securityContext }: AnyContainer) => securityContext?.procMount ?? 'Default';
  const bad = containersOf(pod.spec).filter((one) => mountOf(one) !== 'Default');
  if (bad.length === 0) return undefined;
  const who = named(
    'container',
    bad.map(({ name }) => name),
  );
  return {
    reason: 'procMount',
    detail: `${who} must not set securityContext.procMount to ${quoted(sortedSet(bad.map(mountOf)))}`,
  };
};

/** Since which minor version a kernel parameter counts as safe. */
const SAFE_SYSCTLS: ReadonlyMap<string, number> = new Map([
  ['kernel.shm_rmid_forced', 0],
  ['net.ipv4.ip_local_port_range', 0],
  ['net.ipv4.tcp_syncookies', 0],
  ['net.ipv4.ping_group_range', 0],
  ['net.ipv4.ip_unprivileged_port_start', 0],
  ['net.ipv4.ip_local_reserved_ports', 27],
  ['net.ipv4.tcp_keepalive_time', 29],
  ['net.ipv4.tcp_fin_timeout', 29],
  ['net.ipv4.tcp_keepalive_intvl', 29],
  ['net.ipv4.tcp_keepalive_probes', 29],
  ['net.ipv4.tcp_rmem', 32],
  ['net.ipv4.tcp_wmem', 32],
]);

const sysctls: PodCheck = ({ spec, minor }) => {
  const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name);
  const bad = names.filter((name) => (SAFE_SYSCTLS.get(name) ?? Number.POSITIVE_INFINITY) > minor);
  return bad.length > 0 ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined;
};

const windowsHostProcess: PodCheck = ({ spec }) => {
  const bad = namesWhere(spec, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true);
  const isPod = spec.securityContext?.windowsOptions?.hostProcess === true;
  if (bad.length === 0 && !isPod) return undefined;
  const detail = `${settersText(isPod, bad)} must not set securityContext.windowsOptions.hostProcess=true`;
  return { reason: 'hostProcess', detail };
};

/** No known way to more than a container is given. In the order in which they are told. */
export const BASELINE: readonly PodCheck[] = [
  appArmorProfile,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinuxOptions,
  seccompBaseline,
  sysctls,
  windowsHostProcess,
];
