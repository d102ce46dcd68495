import { execFile, spawn } from 'node:child_process';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { type TestNode, testNode } from '../../../test/support/simulated-node.ts';
import { toolPath } from '../../../test/support/tools.ts';

let node: TestNode;
let front: Server;
let url: string;
const sockets = new Set<Duplex>();

/** What an API server does for kubectl here: hands out the pod, and passes upgrades and logs on to the kubelet as they are. */
beforeAll(async () => {
  node = await testNode();
  front = createServer(
    (request, response) =>
      void answer(request).then((body) =>
        body === undefined
          ? passLogs(request, response)
          : response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body)),
      ),
  );
  front.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket))));
  front.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const upstream = connect(node.socketPath);
    upstream.write(`GET ${kubeletPath(request.url ?? '')} HTTP/1.1\r\n${headerLines(request)}\r\n\r\n`);
    upstream.write(head);
    upstream.pipe(socket);
    socket.pipe(upstream);
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  await node.run('x', {});
  await eventually(async () => (await node.pod('x')).status.phase === 'Running');
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => front?.close(resolve));
  await node?.[Symbol.asyncDispose]();
});

const headerLines = ({ rawHeaders }: IncomingMessage) =>
  rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : [])).join('\r\n');

function kubeletPath(path: string): string {
  const { pathname, search, searchParams } = new URL(path, 'http://x');
  const [, , , , namespace, , name, verb = ''] = pathname.split('/');
  if (verb === 'portforward') return `/portForward/${namespace}/${name}${search}`;
  return `/${verb === 'log' ? 'containerLogs' : verb}/${namespace}/${name}/${searchParams.get('container') ?? 'c'}${search}`;
}

const podResources = ['pods', 'pods/exec', 'pods/attach', 'pods/portforward', 'pods/log'].map((name) => ({
  name,
  singularName: name === 'pods' ? 'pod' : '',
  namespaced: true,
  kind: 'Pod',
  verbs: ['get', 'create', 'list'],
}));

async function answer({ url: path = '' }: IncomingMessage): Promise<unknown> {
  const { pathname } = new URL(path, 'http://x');
  if (pathname === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (pathname === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: [] };
  if (pathname === '/api/v1') return { kind: 'APIResourceList', groupVersion: 'v1', resources: podResources };
  return pathname.endsWith('/pods/x') ? node.pod('x') : undefined;
}

function passLogs(request: IncomingMessage, response: import('node:http').ServerResponse): void {
  httpRequest({ socketPath: node.socketPath, path: kubeletPath(request.url ?? '') }, (answered) => {
    response.writeHead(answered.statusCode ?? 500, answered.headers);
    answered.pipe(response);
  }).end();
}

const versions = ['v36', 'v29'] as const;
describe.each(versions)('kubectl of %s', (version) => {
  const kubectl = toolPath('kubectl', version);
  const env = { ...process.env, HOME: '/nonexistent', KUBECACHEDIR: '/tmp/kubectl-cache' };
  const args = (words: readonly string[]) => [
    '--server',
    url,
    '--cache-dir',
    `/tmp/kubectl-cache-${process.pid}`,
    ...words,
  ];
  const run = (...words: string[]) => promisify(execFile)(kubectl, args(words), { env, timeout: 15_000 });
  const runWith = (input: string | Buffer, ...words: string[]) =>
    new Promise<{ code: number | null; stdout: Buffer; stderr: string }>((resolve) => {
      const child = spawn(kubectl, args(words), { env, timeout: 15_000 });
      const out: Buffer[] = [];
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
      });
      child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out), stderr }));
      child.stdin.end(input);
    });

  it('runs a command and gives its output', async () => {
    expect((await run('exec', 'x', '--', 'echo', 'hello', 'world')).stdout).toBe('hello world\n');
  });
  it('passes the exit code on', async () => {
    const { code, stderr } = await runWith('', 'exec', 'x', '--', 'sh', '-c', 'exit 7');
    expect(stderr).toContain('command terminated with exit code 7');
    expect(code).toBe(7);
  });
  it('ends a command by the end of its input, whatever its size', async () => {
    const input = Buffer.alloc(10_000_000, 'abcdefghij\n');
    const { code, stdout, stderr } = await runWith(input, 'exec', '-i', 'x', '--', 'cat');
    expect({ code, stderr, length: stdout.length, same: stdout.equals(input) }).toEqual({
      code: 0,
      stderr: '',
      length: input.length,
      same: true,
    });
  });
  it('says that a container is not there', async () => {
    const { code, stderr } = await runWith('', 'exec', 'x', '-c', 'nope', '--', 'true');
    expect(code).not.toBe(0);
    expect(stderr).toContain('nope');
  });
  it('shows logs', async () => {
    await expect(run('logs', 'x')).resolves.toMatchObject({ stderr: '' });
  });
  it('forwards several connections at once', async () => {
    const child = spawn(kubectl, args(['port-forward', 'pod/x', ':80']), { env });
    try {
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      const port = await eventually(() => Number(/127\.0\.0\.1:(\d+)/.exec(output)?.[1]) || undefined);
      const talk = (text: string) =>
        new Promise<string>((resolve, reject) => {
          const socket = connect(port, '127.0.0.1');
          let got = '';
          socket.on('data', (chunk) => {
            got += chunk.toString();
          });
          socket.on('close', () => resolve(got));
          socket.on('error', reject);
          socket.write(`GET /${text} HTTP/1.0\r\nHost: x\r\n\r\n`);
        });
      const answers = await Promise.all(['one', 'two', 'three'].map(talk));
      expect(answers).toHaveLength(3);
      for (const got of answers) expect(got).toMatch(/^HTTP\/1\.[01] 200/);
    } finally {
      child.kill();
    }
  });
});
