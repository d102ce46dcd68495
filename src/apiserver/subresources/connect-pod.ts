import { pods } from '#api/core/v1/pod.ts';
import type { ApiResponse } from '#apimachinery/request.ts';
import { badRequest } from '#apimachinery/status.ts';
import type { Pod } from '#gen/core/v1.ts';
import { admissionRequest } from '../registry/engine/admitting.ts';
import type { Call } from '../registry/engine/core.ts';
import { existing } from '../registry/engine/get.ts';
import type { SubresourceHandler } from './subresource.ts';

const connectTo =
  (path: (call: Call, pod: Pod) => string) =>
  async (call: Call): Promise<ApiResponse> => {
    const about = admissionRequest(call, { operation: 'CONNECT' });
    await call.core.admission.admit(about);
    await call.core.admission.validate(about);
    const pod = existing(call) as Pod;
    const target = path(call, pod);
    return { kind: 'connect', target: { via: 'kubelet', nodeName: nodeOf(pod), path: target } };
  };

function nodeOf({ metadata, spec }: Pod): string {
  if (!spec?.nodeName) throw badRequest(`pod ${metadata.name} does not have a host assigned`);
  return spec.nodeName;
}

/** Source: registry/core/pod LogLocation; the kubelet's own query parameters. */
export const log: SubresourceHandler = {
  resource: pods,
  name: 'log',
  serve: connectTo((call, pod) => {
    const asked = queryOf(call);
    const container = containerOf(pod, asked.get('container') ?? '', [
      'containers',
      'initContainers',
      'ephemeralContainers',
    ]);
    const query = new URLSearchParams();
    for (const name of ['follow', 'previous', 'timestamps']) if (isTrue(asked.get(name))) query.set(name, 'true');
    for (const name of ['sinceSeconds', 'sinceTime', 'tailLines', 'limitBytes']) {
      const value = asked.get(name);
      if (value) query.set(name, value);
    }
    const stream = asked.get('stream');
    if (stream && stream !== 'All') query.set('stream', stream);
    return withQuery(`/containerLogs/${placeOf(pod)}/${container}`, query);
  }),
};

const streaming = (name: 'exec' | 'attach'): SubresourceHandler => ({
  resource: pods,
  name,
  serve: connectTo((call, pod) => {
    const asked = queryOf(call);
    const container = containerOf(pod, asked.get('container') ?? '', [
      'containers',
      'initContainers',
      'ephemeralContainers',
    ]);
    refuseNoStreams(asked);
    const query = new URLSearchParams();
    for (const [from, to] of STREAMS) if (isTrue(asked.get(from))) query.set(to, '1');
    for (const word of name === 'exec' ? asked.getAll('command') : []) query.append('command', word);
    return withQuery(`/${name}/${placeOf(pod)}/${container}`, query);
  }),
});

/** How the API calls a stream, and how the kubelet does. */
const STREAMS = [
  ['stdin', 'input'],
  ['stdout', 'output'],
  ['stderr', 'error'],
  ['tty', 'tty'],
] as const;

function refuseNoStreams(asked: URLSearchParams): void {
  if (STREAMS.slice(0, 3).some(([name]) => isTrue(asked.get(name)))) return;
  throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
}

export const exec = streaming('exec');
export const attach = streaming('attach');

export const portForward: SubresourceHandler = {
  resource: pods,
  name: 'portforward',
  serve: connectTo((call, pod) => {
    const query = new URLSearchParams();
    for (const ports of queryOf(call).getAll('ports')) query.append('port', ports);
    return withQuery(`/portForward/${placeOf(pod)}`, query);
  }),
};

function queryOf({ request }: Call): URLSearchParams {
  return request.options.query ?? new URLSearchParams();
}

function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}

function placeOf({ metadata }: Pod): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function withQuery(path: string, query: URLSearchParams): string {
  return query.size > 0 ? `${path}?${query.toString()}` : path;
}

type ContainerKind = 'containers' | 'initContainers' | 'ephemeralContainers';

/** The container meant; the only one where none is named. @throws {StatusError} 400 */
function containerOf({ metadata, spec }: Pod, wanted: string, kinds: readonly ContainerKind[]): string {
  if (wanted) {
    const isKnown = kinds.some((kind) => spec?.[kind]?.some(({ name }) => name === wanted));
    if (!isKnown) throw badRequest(`container ${wanted} is not valid for pod ${metadata.name}`);
    return wanted;
  }
  const names = (spec?.containers ?? []).map(({ name }) => name);
  const chosen = metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (chosen && names.includes(chosen)) return chosen;
  const [only] = names;
  if (names.length === 1 && only) return only;
  if (names.length === 0) throw badRequest(`a container name must be specified for pod ${metadata.name}`);
  const others = (spec?.initContainers ?? []).map(({ name }) => name);
  const init = others.length > 0 ? ` or one of the init containers: [${others.join(' ')}]` : '';
  throw badRequest(
    `a container name must be specified for pod ${metadata.name}, choose one of: [${names.join(' ')}]${init}`,
  );
}
