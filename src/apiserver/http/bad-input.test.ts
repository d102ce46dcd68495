import { connect as connectH2 } from 'node:http2';
import { request } from 'node:https';
import { connect as plainConnect } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallHandler } from './testing/small-handler.ts';
import { testServer } from './testing/test-server.ts';

type Cluster = Awaited<ReturnType<typeof testServer>>;

interface Reply {
  code: number;
  text: string;
  headers: Record<string, string | string[] | undefined>;
}

const ask = (
  cluster: Cluster,
  path: string,
  init: { method?: string; headers?: object; body?: string | Buffer } = {},
) =>
  new Promise<Reply>((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = init;
    const options = { method, headers: { ...headers }, ca: cluster.pki.caPem, agent: false } as const;
    const call = request(`${cluster.url}${path}`, options, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ code: answer.statusCode ?? 0, text, headers: answer.headers }));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });

const rawTls = (cluster: Cluster, bytes: string) =>
  new Promise<string>((resolve) => {
    let heard = '';
    const socket: TLSSocket = connect({ port: cluster.port, host: '127.0.0.1', ca: cluster.pki.caPem }, () => {
      socket.write(bytes);
    });
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.on('error', () => resolve(heard));
    socket.on('close', () => resolve(heard));
  });

describe('bad input over HTTP/1.1 and HTTP/2', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await testServer(smallHandler());
  });
  afterAll(() => cluster[Symbol.asyncDispose]());
  const pods = '/api/v1/namespaces/default/configmaps';
  const post = (body: string | Buffer, type = 'application/json') =>
    ask(cluster, pods, { method: 'POST', headers: { 'content-type': type }, body });
  const message = (reply: Reply) => (JSON.parse(reply.text) as { message: string }).message;

  it('answers malformed bodies with 400 and what is wrong with them', async () => {
    const cut = await post('{"kind":"ConfigMap"');
    expect(cut.code).toBe(400);
    expect(message(cut)).toContain('must be of type ConfigMap');
    expect(message(cut)).toContain('unexpected end of JSON input');
    const other = await post('{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}}');
    expect(message(other)).toBe(
      'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
    );
    const garbage = await post('not protobuf at all', 'application/vnd.kubernetes.protobuf');
    expect(garbage.code).toBe(400);
    const yaml = await post('a: [b\nc: d', 'application/yaml');
    expect(yaml.code).toBe(400);
  });

  it('refuses what is too large with 413, and stays up', async () => {
    const large = await post(`{"metadata":{"name":"a"},"data":{"a":"${'x'.repeat(4 * 1024 * 1024)}"}}`);
    expect(large.code).toBe(413);
    expect(message(large)).toBe('Request entity too large: limit is 3145728');
    expect((await ask(cluster, '/healthz')).text).toBe('ok');
  });

  it.each([
    ['POST', pods, { 'content-type': 'text/plain' }, 415, 'the body of the request was in an unknown format'],
    ['PATCH', `${pods}/a`, { 'content-type': 'application/json' }, 415, 'application/apply-patch+yaml'],
    ['GET', pods, { accept: 'text/html' }, 406, 'only the following media types are accepted: application/json'],
    ['PUT', pods, {}, 405, 'the server does not allow this method on the requested resource'],
    ['GET', '/api/v1/widgets', {}, 404, 'the server could not find the requested resource'],
    ['GET', '/api/v1/namespaces/a/nodes/b', {}, 404, 'the server could not find the requested resource'],
    ['GET', `${pods}?limit=many`, {}, 400, 'strconv.ParseInt: parsing "many": invalid syntax'],
    ['POST', `${pods}?dryRun=Some`, {}, 422, 'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value'],
  ] satisfies [string, string, object, number, string][])(
    '%s %s is answered with a Status',
    async (method, path, ...rest) => {
      const [headers, code, sentence] = rest as [object, number, string];
      const reply = await ask(cluster, path, { method, headers, ...(method !== 'GET' && { body: '{}' }) });
      expect(reply.code).toBe(code);
      expect(message(reply)).toContain(sentence);
      expect(reply.headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('says 404 in plain text where no API is', async () => {
    for (const path of ['/nothing', '/apis/example.com/v1/widgets', '/%zz', '/api/v1/namespaces/%ff/pods']) {
      const reply = await ask(cluster, path);
      expect([path, reply.code, reply.text]).toEqual([path, 404, '404 page not found\n']);
    }
  });

  it('survives garbage, cut-off and half-open connections', async () => {
    expect(await rawTls(cluster, 'BLAH BLAH\r\n\r\n')).toContain('400 Bad Request');
    expect(await rawTls(cluster, 'GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n')).toContain('400 Bad Request');
    await new Promise<void>((resolve) => {
      const socket = plainConnect(cluster.port, '127.0.0.1', () => socket.write('no TLS here\n'));
      socket.on('error', () => {}).on('close', () => resolve());
    });
    const half = connect({ port: cluster.port, host: '127.0.0.1', ca: cluster.pki.caPem }, () => {
      half.write(`POST ${pods} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"kind"`, () => half.destroy());
    });
    await new Promise<void>((resolve) => half.on('error', () => {}).on('close', () => resolve()));
    const session = connectH2(cluster.url, { ca: cluster.pki.caPem });
    const stream = session.request({ ':method': 'POST', ':path': pods, 'content-type': 'application/json' });
    stream.on('error', () => {});
    stream.write('{"kind"');
    stream.close(8);
    await new Promise<void>((resolve) => stream.on('close', () => resolve()));
    session.destroy();
    expect((await ask(cluster, '/readyz')).text).toBe('ok');
  });

  it('compresses large answers for those who can take it', async () => {
    const created = await post(`{"metadata":{"name":"big"},"data":{"a":"${'y'.repeat(200_000)}"}}`);
    expect(created.code).toBe(201);
    const small = await ask(cluster, `${pods}/big`, { headers: { 'accept-encoding': 'gzip' } });
    expect(small.headers['content-encoding']).toBe('gzip');
    expect(Number(small.headers['content-length'])).toBeLessThan(5000);
    const plain = await ask(cluster, `${pods}/big`);
    expect(plain.headers['content-encoding']).toBeUndefined();
  });
});
