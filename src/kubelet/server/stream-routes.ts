import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { uidOf } from '../pod/containers.ts';
import type { ExecRequest } from '../runtimes/runtime.ts';
import { join } from '../streaming/channels.ts';
import { servePortForward } from '../streaming/port-forward.ts';
import { spdyChannels } from '../streaming/spdy-channels.ts';
import { acceptSpdy, acceptTunnel, acceptWebSocket, isWebSocket, type Upgraded } from '../streaming/upgrade.ts';
import { webSocketChannels } from '../streaming/web-socket-channels.ts';
import { currentSandbox, readPodState } from '../sync/pod-state.ts';
import type { ServerDeps } from './deps.ts';
import { findPod, runningContainer } from './find.ts';
import { HttpProblem } from './http-problem.ts';

/** Paths are upstream's: `/exec/<ns>/<pod>[/<uid>]/<container>`, `/attach/…`, `/portForward/<ns>/<pod>[/<uid>]`. */
export async function routeUpgrade(
  deps: ServerDeps,
  upgraded: { request: IncomingMessage; socket: Duplex; head: Buffer },
): Promise<void> {
  const url = new URL(upgraded.request.url ?? '/', 'http://kubelet');
  const [, kind, namespace = '', name = '', ...rest] = url.pathname.split('/').map(decodeURIComponent);
  if (upgraded.head.length > 0 && !isWebSocket(upgraded.request)) upgraded.socket.unshift(upgraded.head);
  if (kind === 'portForward') return portForward(deps, { namespace, name, uid: rest[0] }, upgraded);
  if (kind !== 'exec' && kind !== 'attach') throw new HttpProblem(404, '404 page not found');
  const uid = rest.length > 1 ? rest[0] : undefined;
  const pod = findPod(deps.pods(), { namespace, name, uid });
  const container = await runningContainer(deps.runtime, pod, rest.at(-1) ?? url.searchParams.get('container') ?? '');
  const wants = wantsOf(url);
  const { streams } = deps.runtime;
  const start = () => (kind === 'exec' ? streams.exec(container.id, wants) : streams.attach(container.id, wants));
  const channels = await channelsFor(upgraded, wants);
  if (channels) await join(channels, start);
}

/** Both spellings: the kubelet's own (`input`, `output`, `error`) and that of the API (`stdin`, `stdout`, `stderr`). */
function wantsOf({ searchParams }: URL): ExecRequest {
  const on = (...names: string[]) => names.some((name) => /^(1|true)$/i.test(searchParams.get(name) ?? ''));
  const tty = on('tty');
  const wants = {
    command: searchParams.getAll('command'),
    stdin: on('input', 'stdin'),
    stdout: on('output', 'stdout'),
    stderr: on('error', 'stderr') && !tty,
    tty,
  };
  if (!wants.stdin && !wants.stdout && !wants.stderr)
    throw new HttpProblem(400, 'you must specify at least 1 of stdin, stdout, stderr');
  return wants;
}

async function channelsFor(upgraded: Upgraded, wants: ExecRequest) {
  if (isWebSocket(upgraded.request)) {
    const socket = await acceptWebSocket(upgraded);
    return socket && webSocketChannels(socket, wants);
  }
  if (!acceptSpdy(upgraded, ['v4.channel.k8s.io'])) return undefined;
  return spdyChannels(upgraded.socket, { ...wants, resize: wants.tty });
}

async function portForward(
  deps: ServerDeps,
  at: { namespace: string; name: string; uid: string | undefined },
  upgraded: Upgraded,
): Promise<void> {
  const pod = findPod(deps.pods(), at);
  const sandbox = currentSandbox(await readPodState(deps.runtime, uidOf(pod)));
  if (!sandbox?.isReady) throw new HttpProblem(404, 'pod does not have a running sandbox');
  const connect = (port: number) => deps.runtime.streams.portForward(sandbox.id, port);
  if (isWebSocket(upgraded.request)) {
    const tunnel = await acceptTunnel(upgraded);
    if (tunnel) await servePortForward(tunnel, connect);
  } else if (acceptSpdy(upgraded, ['portforward.k8s.io'])) await servePortForward(upgraded.socket, connect);
}
