import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { clusterId } from '#cluster/folders.ts';
import { busyboxImage, type RealCluster, startRealCluster } from '../support/real-cluster.ts';
import { run, whyNoNodes } from '../support/tools.ts';

const obstacle = whyNoNodes();
const IMAGE = 'timonel.local/busybox:1';
const NODE_PORT = 31_080 + (process.pid % 500);

const web = `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: web
          image: ${IMAGE}
          command: [sh, -c, 'mkdir -p /www/cgi-bin; printf "#!/bin/sh\\necho; echo \\$HOSTNAME \\$REMOTE_ADDR" > /www/cgi-bin/who; chmod +x /www/cgi-bin/who; hostname > /www/who; touch /tmp/ready; exec httpd -f -p 8080 -h /www']
          readinessProbe: { exec: { command: [cat, /tmp/ready] }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: NodePort, selector: { app: web }, ports: [{ name: http, port: 80, targetPort: 8080, nodePort: ${NODE_PORT} }] }
---
apiVersion: v1
kind: Service
metadata: { name: headless }
spec: { clusterIP: None, selector: { app: web }, ports: [{ name: http, port: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: sticky }
spec: { sessionAffinity: ClientIP, selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: outside }
spec: { type: ExternalName, externalName: web.default.svc.cluster.local }
---
apiVersion: v1
kind: Service
metadata: { name: nobody }
spec: { selector: { app: nobody }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: client }
spec:
  terminationGracePeriodSeconds: 0
  containers: [{ name: c, image: ${IMAGE}, command: [sleep, '3600'] }]
`;

describe.skipIf(obstacle)(`the network of two nodes${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  let cluster: RealCluster;
  const k = (line: string | readonly string[]) => cluster.kubectl(line);
  const inPod = (...command: string[]) => k(['exec', 'client', '--', ...command]);
  const ask = async (url: string) => (await inPod('wget', '-qO-', url)).trim();

  beforeAll(async () => {
    cluster = await startRealCluster({ nodes: 2, images: [await busyboxImage()] });
    const path = join(cluster.dataDir, 'web.yaml');
    await writeFile(path, web);
    await k(['apply', '-f', path]);
    await k('rollout status daemonset/web --timeout=60s');
    await k('wait --for=condition=Ready pod/client --timeout=30s');
  }, 180_000);
  afterAll(() => cluster[Symbol.asyncDispose](), 60_000);

  it('has a pod on each node, each with an address of its node', async () => {
    const out = await k('get pods -l app=web -o jsonpath={range.items[*]}{.spec.nodeName}={.status.podIP};{end}');
    const pods = out
      .split(';')
      .filter(Boolean)
      .map((entry) => entry.split('='));
    expect(new Set(pods.map(([name]) => name)).size).toBe(2);
    expect(new Set(pods.map(([, ip]) => ip?.split('.').slice(0, 3).join('.'))).size).toBe(2);
  });

  it('joins pods of different nodes without address translation', async () => {
    const own = (await k('get pod client -o jsonpath={.status.podIP}')).trim();
    for (const ip of (await k('get pods -l app=web -o jsonpath={.items[*].status.podIP}')).trim().split(' ')) {
      expect(await ask(`http://${ip}:8080/cgi-bin/who`)).toMatch(new RegExp(`^web-\\S+ \\[::ffff:${own}\\]$`));
    }
  });

  it.each(['web', 'web.default', 'web.default.svc', 'web.default.svc.cluster.local', 'outside'])(
    'answers at %s from inside of a pod',
    async (name) => {
      expect(await ask(`http://${name}/cgi-bin/who`)).toMatch(/^web-/);
    },
  );

  it('spreads connections over all endpoints, and keeps a sticky client at one', async () => {
    const servers = async (name: string) => {
      const answers = (
        await inPod('sh', '-c', `for n in 1 2 3 4 5 6 7 8 9 10 11 12; do wget -qO- http://${name}/cgi-bin/who; done`)
      )
        .trim()
        .split('\n');
      return new Set(answers.map((line) => line.split(' ')[0]));
    };
    expect((await servers('web')).size).toBe(2);
    expect((await servers('sticky')).size).toBe(1);
  });

  it('resolves headless services to their pods, and addresses back to names', async () => {
    const ips = (await k('get pods -l app=web -o jsonpath={.items[*].status.podIP}')).trim().split(' ').sort();
    const found = await inPod('nslookup', 'headless.default.svc.cluster.local');
    expect([...found.matchAll(/Address:\s*(10\.244\.\S+)/g)].map((match) => match[1]).sort()).toEqual(ips);
    const clusterIP = (await k('get service web -o jsonpath={.spec.clusterIP}')).trim();
    expect(await inPod('nslookup', clusterIP)).toContain('web.default.svc.cluster.local');
  });

  it('reaches the API by name', async () => {
    // This wget speaks too old a TLS for the API server: that it is told so shows that it got there.
    const answer = await inPod('sh', '-c', 'wget -qO- https://kubernetes.default/version 2>&1 || true');
    expect(answer).toMatch(/TLS error from peer|gitVersion/);
  });

  it('offers node ports on the loopback of this machine, whichever node has the endpoint', async () => {
    const servers = new Set<string>();
    await eventually(async () => {
      const text = await (
        await fetch(`http://127.0.0.1:${NODE_PORT}/who`, { headers: { connection: 'close' } })
      ).text();
      servers.add(text.trim());
      return servers.size === 2;
    });
  });

  it('refuses at once where a service has no endpoint', async () => {
    const clusterIP = (await k('get service nobody -o jsonpath={.spec.clusterIP}')).trim();
    const program = `require('net').connect(80, '${clusterIP}').on('error', ({ code }) => console.log(code)).setTimeout(3000, () => process.exit(1))`;
    const namespace = `/run/netns/timonel-${clusterId(cluster.dataDir, cluster.name)}-n1`;
    const { stdout } = await run('nsenter', [`--net=${namespace}`, '--', process.execPath, '-e', program]);
    expect(stdout).toBe('ECONNREFUSED\n');
  });

  it('takes an unready pod out, and back in', async () => {
    const ready = () => k('get endpoints web -o jsonpath={.subsets[*].addresses[*].ip}');
    const [pod] = (await k('get pods -l app=web -o jsonpath={.items[*].metadata.name}')).trim().split(' ');
    await k(['exec', pod ?? '', '--', 'mv', '/tmp/ready', '/tmp/gone']);
    await eventually(async () => (await ready()).split(' ').length === 1, { timeoutMs: 15_000 });
    await k(['exec', pod ?? '', '--', 'mv', '/tmp/gone', '/tmp/ready']);
    await eventually(async () => (await ready()).split(' ').length === 2, { timeoutMs: 15_000 });
  }, 40_000);

  it('lets no packet out of the nodes', async () => {
    const { code } = await cluster.tryKubectl(['exec', 'client', '--', 'nc', '-w', '2', '-z', '192.0.2.1', '80']);
    expect(code).not.toBe(0);
    const { stdout } = await run('ip', ['-o', 'link']);
    expect(stdout).not.toContain('tmn-');
  });
});
