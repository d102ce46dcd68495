import { X509Certificate } from 'node:crypto';
import { connect as connectH2 } from 'node:http2';
import { request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { ApiHandler } from '#apimachinery/request.ts';
import { systemClock } from '#base/clock.ts';
import { eventually } from '#base/wait.ts';
import { makeCertificate } from '#cluster/pki/certificate-maker.ts';
import { smallHandler } from './testing/small-handler.ts';
import { testServer } from './testing/test-server.ts';

const watchPath = '/api/v1/namespaces/default/configmaps?watch=true';

describe('a server that stops', () => {
  it.each(['h1', 'h2'])('ends %s watches in order, and is gone', async (protocol) => {
    const cluster = await testServer(smallHandler(), { drainMs: 5000 });
    const ended = new Promise<string>((resolve, reject) => {
      if (protocol === 'h2') {
        const session = connectH2(cluster.url, { ca: cluster.pki.caPem });
        const stream = session.request({ ':path': watchPath });
        stream
          .on('end', () => resolve('ended'))
          .on('error', reject)
          .resume();
        stream.on('close', () => session.close());
      } else {
        const call = request(`${cluster.url}${watchPath}`, { ca: cluster.pki.caPem, agent: false }, (answer) => {
          answer
            .on('end', () => resolve('ended'))
            .on('error', reject)
            .resume();
        });
        call.on('error', reject).end();
      }
    });
    await eventually(async () => {
      // The watch is open once the server counts it.
      const metrics = await text(cluster.url, cluster.pki.caPem, '/metrics');
      return /apiserver_longrunning_requests\{verb="WATCH"[^}]*\} 1/.test(metrics);
    });
    const startedAt = performance.now();
    await cluster[Symbol.asyncDispose]();
    expect(await ended).toBe('ended');
    expect(performance.now() - startedAt).toBeLessThan(4000);
    await expect(text(cluster.url, cluster.pki.caPem, '/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a server that runs', () => {
  it('takes a renewed certificate without a restart', async () => {
    await using cluster = await testServer(smallHandler());
    const { certPem, keyPem } = cluster.pki.serving;
    const nowMs = systemClock.now();
    const other = await makeCertificate({
      commonName: 'new',
      usage: 'ca',
      notBeforeMs: nowMs - 1e5,
      notAfterMs: nowMs + 1e6,
    });
    expect((await shown(cluster.port)).fingerprint256).toBe(new X509Certificate(certPem).fingerprint256);
    cluster.server.setTls({ key: other.keyPem, cert: other.certPem, ca: cluster.pki.caPem });
    expect((await shown(cluster.port)).fingerprint256).toBe(new X509Certificate(other.certPem).fingerprint256);
    expect(keyPem).not.toBe(other.keyPem);
  });

  it('gives a bug 500 with its message, and serves on', async () => {
    const broken: ApiHandler = () => Promise.reject(new Error('a bug'));
    await using cluster = await testServer(broken);
    const answer = await text(cluster.url, cluster.pki.caPem, '/api/v1/nodes');
    expect(JSON.parse(answer)).toMatchObject({ code: 500, message: 'Internal error occurred: a bug' });
    expect(await text(cluster.url, cluster.pki.caPem, '/livez')).toBe('ok');
  });

  it('sends warnings as headers', async () => {
    const handler: ApiHandler = async (asked) => {
      asked.warn?.('mind the "gap"\nplease');
      return { kind: 'list', resource: asked.resource, items: [], resourceVersion: '7' };
    };
    await using cluster = await testServer(handler);
    const header = await new Promise<string | undefined>((resolve, reject) => {
      const options = { ca: cluster.pki.caPem, agent: false } as const;
      const call = request(`${cluster.url}/api/v1/nodes`, options, (answer) => {
        answer.resume();
        resolve(answer.headers.warning);
      });
      call.on('error', reject).end();
    });
    expect(header).toBe('299 - "mind the \\"gap\\" please"');
  });
});

function text(url: string, ca: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { ca, agent: false }, (answer) => {
      let heard = '';
      answer.on('data', (chunk: Buffer) => {
        heard += chunk.toString();
      });
      answer.on('end', () => resolve(heard)).on('error', reject);
    });
    call.on('error', reject).end();
  });
}

function shown(port: number) {
  return new Promise<ReturnType<TLSSocket['getPeerCertificate']>>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
