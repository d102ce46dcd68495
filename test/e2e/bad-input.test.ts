import { readFile } from 'node:fs/promises';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type RealCluster, startRealCluster } from '../support/real-cluster.ts';
import { whyNoNodes } from '../support/tools.ts';

const obstacle = whyNoNodes();
const configMaps = '/api/v1/namespaces/default/configmaps';

interface Credentials {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

async function credentialsOf(kubeconfig: string): Promise<Credentials> {
  const config = parse(await readFile(kubeconfig, 'utf8')) as {
    clusters: { cluster: { 'certificate-authority-data': string } }[];
    users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
  };
  const [cluster, user] = [config.clusters[0]?.cluster, config.users[0]?.user];
  if (!cluster || !user) throw new Error('the kubeconfig names no cluster or no user');
  const bytes = (text: string) => Buffer.from(text, 'base64');
  return {
    ca: bytes(cluster['certificate-authority-data']),
    cert: bytes(user['client-certificate-data']),
    key: bytes(user['client-key-data']),
  };
}

describe.skipIf(obstacle)(`bad input${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  let cluster: RealCluster;
  let credentials: Credentials;
  beforeAll(async () => {
    cluster = await startRealCluster();
    credentials = await credentialsOf(cluster.kubeconfig);
  }, 120_000);
  afterAll(() => cluster[Symbol.asyncDispose](), 60_000);

  const open = () =>
    new Promise<TLSSocket>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: cluster.port, ...credentials }, () => resolve(socket));
      socket.once('error', reject);
    });

  /** Posts over a connection of its own. @returns the first line of the answer, and all of it. */
  async function post(type: string, body: string | Buffer): Promise<{ status: string; text: string }> {
    const socket = await open();
    const bytes = Buffer.from(body);
    socket.write(
      `POST ${configMaps} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n\r\n`,
    );
    socket.write(bytes);
    const text = await answerOf(socket);
    return { status: text.split(' ')[1] ?? '', text };
  }

  const isReady = async () => expect(await cluster.kubectl('get --raw /readyz')).toBe('ok');

  it.each([
    ['JSON cut short', 'application/json', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{', '400'],
    ['JSON that is none', 'application/json', 'nonsense', '400'],
    ['a list in place of an object', 'application/json', '[]', '400'],
    ['YAML with a broken flow', 'application/yaml', 'a: [b', '400'],
    ['protobuf without its first bytes', 'application/vnd.kubernetes.protobuf', 'nonsense', '400'],
    ['protobuf that ends early', 'application/vnd.kubernetes.protobuf', Buffer.from('k8s\0\x0a\x7f'), '400'],
    ['a media type nobody knows', 'text/plain', 'hello', '415'],
  ])('refuses %s', async (_, type, body, status) => {
    const answer = await post(type, body);
    expect(answer.text).toContain('"kind":"Status"');
    expect(answer.status).toBe(status);
    await isReady();
  });

  it('refuses an object of 4 MiB', async () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'large' },
      data: { a: 'x'.repeat(4 << 20) },
    };
    const { status, text } = await post('application/json', JSON.stringify(object));
    expect(status, text.slice(0, 400)).toBe('413');
    expect(text).toContain('limit is 3145728');
    await isReady();
  });

  it('answers what is no HTTP with 400', async () => {
    const socket = await open();
    socket.write('\0\x01 this is no HTTP\r\n\r\n');
    expect(await answerOf(socket)).toMatch(/^HTTP\/1\.1 400 /);
    await isReady();
  });

  it('makes nothing of a request that breaks off, and serves on beside open ends', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, open));
    const body = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"half"}}';
    for (const socket of sockets) {
      socket.write(
        `POST ${configMaps} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length + 10}\r\n\r\n${body}`,
      );
    }
    await isReady();
    for (const socket of sockets) socket.destroy();
    expect(await cluster.kubectl('get configmap half --ignore-not-found')).toBe('');
    await isReady();
  });
});

function answerOf(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const finish = () => resolve(Buffer.concat(chunks).toString('utf8'));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', finish); // a server may reset the rest of what it does not want to read
    socket.on('close', finish);
  });
}
