import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { HttpProblem } from './http-problem.ts';

/** Subject of the API server's client certificate towards kubelets. */
const API_SERVER = 'kube-apiserver-kubelet-client';
const MASTERS = 'system:masters';

/**
 * Lets in the API server and members of `system:masters`, known by a verified client certificate; whoever comes over the
 * Unix socket is on this machine already. Texts are those of upstream's kubelet/server.
 * @throws {HttpProblem} 401 without such a certificate, 403 for anyone else's.
 */
export function authorize(request: IncomingMessage): void {
  const { socket } = request;
  if (!(socket instanceof TLSSocket)) return;
  if (!socket.authorized) throw new HttpProblem(401, 'Unauthorized');
  // With several values of one attribute Node gives a list, which its types do not say.
  const { CN, O } = socket.getPeerCertificate().subject as { CN?: string | string[]; O?: string | string[] };
  if (CN === API_SERVER || [O].flat().includes(MASTERS)) return;
  const { pathname } = new URL(request.url ?? '/', 'http://kubelet');
  throw new HttpProblem(
    403,
    `Forbidden (user=${[CN].flat().join(',')}, verb=${verbOf(request.method)}, resource=nodes, subresource(s)=[${subresourcesOf(pathname)}])`,
  );
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
const verbOf = (method = 'GET'): string => VERBS[method] ?? 'get';

const SUBRESOURCES: Readonly<Record<string, string>> = {
  stats: 'stats',
  metrics: 'metrics',
  logs: 'log',
  pods: 'pods proxy',
  runningpods: 'pods proxy',
  healthz: 'healthz proxy',
};
const subresourcesOf = (path: string): string => SUBRESOURCES[path.split('/')[1] ?? ''] ?? 'proxy';
