/** Creates, reads, lists and watch events a second through HTTP/2 and TLS; server and client share this process. */
import { once } from 'node:events';
import { connect } from 'node:http2';
import { testServer } from '#apiserver/http/testing/test-server.ts';
import { line, load } from './load.ts';
import { accountBody, benchServer, podBody } from './server.ts';

const PODS = '/api/v1/namespaces/default/pods';
const LISTED = 500;

await using bench = await benchServer();
await using http = await testServer(bench.server.handler);
const session = connect(http.url, { ca: http.pki.caPem, ...settings() });
await once(session, 'connect');

function settings() {
  return { cert: http.credentials.certPem, key: http.credentials.keyPem, maxSessionMemory: 100 };
}

async function call(method: string, path: string, body?: object): Promise<number> {
  const stream = session.request({ ':method': method, ':path': path, 'content-type': 'application/json' });
  stream.end(body && JSON.stringify(body));
  let bytes = 0;
  let code = 0;
  stream.on('response', (headers) => {
    code = headers[':status'] ?? 0;
  });
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(stream, 'end');
  if (code >= 300) throw new Error(`${method} ${path}: ${code}`);
  return bytes;
}

await call('POST', '/api/v1/namespaces/default/serviceaccounts', accountBody);
for (let at = 0; at < LISTED; at++) await call('POST', PODS, podBody(`listed-${at}`));
const listBytes = await call('GET', PODS);
const report = [
  line('GET one pod, 16 clients', await load({ workers: 16, seconds: 3 }, () => call('GET', `${PODS}/listed-7`))),
  line(
    `LIST ${LISTED} pods (${(listBytes / 1024).toFixed(0)} KiB), 4 clients`,
    await load({ workers: 4, seconds: 3 }, () => call('GET', PODS)),
  ),
  line(
    'create a pod, 1 client',
    await load({ workers: 1, seconds: 3 }, (n) => call('POST', PODS, podBody(`one-${n}`))),
  ),
  line(
    'create a pod, 32 clients',
    await load({ workers: 32, seconds: 4 }, (n) => call('POST', PODS, podBody(`p-${n}`))),
  ),
];
process.stdout.write(`${report.join('\n')}\n`);
session.close();
