import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { busyboxImage, type RealCluster, startRealCluster } from '../support/real-cluster.ts';
import { run, toolPath, whyNoNodes } from '../support/tools.ts';

const obstacle = whyNoNodes();
const IMAGE = 'timonel.local/busybox:1';
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(obstacle)(`kubectl on a real cluster${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  let cluster: RealCluster;
  const k = (line: string | readonly string[], options?: { input?: string | Buffer }) => cluster.kubectl(line, options);
  const file = async (name: string, text: string) => {
    const path = join(cluster.dataDir, name);
    await writeFile(path, text);
    return path;
  };
  const podOf = async (app: string) =>
    (
      await k(`get pods -l app=${app} --field-selector status.phase=Running -o jsonpath={.items[0].metadata.name}`)
    ).trim();

  beforeAll(async () => {
    cluster = await startRealCluster({ images: [await busyboxImage()] });
    const command = 'mkdir -p /www; hostname > /www/index.html; echo started; exec httpd -f -v -p 8080 -h /www';
    await k(['create', 'deployment', 'web', `--image=${IMAGE}`, '--replicas=2', '--', 'sh', '-c', command]);
    await k('expose deployment web --port 80 --target-port 8080');
    await k('rollout status deployment/web --timeout=60s');
  }, 180_000);
  afterAll(() => cluster[Symbol.asyncDispose](), 60_000);

  it('sees the node and everything on it', async () => {
    expect(await k('get nodes -o wide')).toMatch(/Ready .*v1\.36\.\d+ .*containerd:\/\//);
    expect(await k('get all')).toMatch(/deployment.apps\/web\s+2\/2\s+2\s+2/);
    expect(await k('get pods -o custom-columns=N:.metadata.name,P:.status.phase --no-headers')).toMatch(
      /^web-\S+\s+Running\nweb-\S+\s+Running\n$/,
    );
    expect(JSON.parse(await k('get deployment web -o json')).status.readyReplicas).toBe(2);
    expect(await k('cluster-info')).toContain('is running at');
    expect(await k('api-resources')).toMatch(/deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/);
    expect(await k('version')).toMatch(/Server Version: v1\.36/);
  });

  it('describes what is there, with events', async () => {
    const described = await k(`describe pod ${await podOf('web')}`);
    expect(described).toMatch(/Status:\s+Running/);
    expect(described).toMatch(/Normal\s+Scheduled\s.*Successfully assigned default\/web-/);
    expect(described).toMatch(/Normal\s+Started/);
    expect(await k('describe node')).toMatch(/Allocatable:\n\s+cpu:/);
    expect(await k('describe service web')).toMatch(/Endpoints:\s+10\.244\.\d+\.\d+:8080/);
  });

  it('explains fields', async () => {
    expect(await k('explain deployment.spec.strategy.rollingUpdate.maxSurge')).toContain(
      'FIELD: maxSurge <IntOrString>',
    );
    expect(await k('explain pod.spec.containers --recursive')).toContain('livenessProbe');
  });

  it('executes, with exit code, input to its end, and a terminal', async () => {
    const pod = await podOf('web');
    const failing = await cluster.tryKubectl(['exec', pod, '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect(failing).toMatchObject({ code: 7, stdout: 'out\n', stderr: 'err\ncommand terminated with exit code 7\n' });
    const big = randomBytes(2_000_000);
    expect(await k(['exec', '-i', pod, '--', 'sha256sum'], { input: big })).toBe(`${sha(big)}  -\n`);
    const tty = await run('script', ['-qec', `${toolPath('kubectl')} exec -it ${pod} -- tty`, '/dev/null'], {
      env: { KUBECONFIG: cluster.kubeconfig },
    });
    expect(tty.stdout).toContain('/dev/pts/');
  });

  it('copies both ways', async () => {
    const pod = await podOf('web');
    const bytes = randomBytes(3_000_000);
    const [from, to] = [join(cluster.dataDir, 'from.bin'), join(cluster.dataDir, 'to.bin')];
    await writeFile(from, bytes);
    await k(['cp', from, `${pod}:/tmp/copy.bin`]);
    await k(['cp', `${pod}:/tmp/copy.bin`, to]);
    expect(sha(await readFile(to))).toBe(sha(bytes));
  });

  it('shows logs, and follows them', async () => {
    const pod = await podOf('web');
    expect(await k(`logs ${pod}`)).toContain('started');
    const following = cluster.startKubectl(`logs -f --tail=0 ${pod}`);
    await eventually(async () => {
      await k(['exec', pod, '--', 'sh', '-c', 'echo followed > /proc/1/fd/1']);
      return following.stdout().includes('followed');
    });
    await following.stop();
    expect(await k(`logs --timestamps --tail=1 ${pod}`)).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \S/);
  });

  it('forwards ports, for several connections at once', async () => {
    const forward = cluster.startKubectl('port-forward deployment/web :8080');
    const port = await eventually(() => /127\.0\.0\.1:(\d+) -> 8080/.exec(forward.stdout())?.[1]);
    const ask = async () => (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text();
    const answers = await Promise.all([ask(), ask(), ask(), ask()]);
    await forward.stop();
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^web-/);
  });

  it('scales, rolls out, pauses, undoes and restarts', async () => {
    await k('scale deployment web --replicas=3');
    await k('rollout status deployment/web --timeout=60s');
    await k('set env deployment/web COLOR=blue');
    await k('rollout status deployment/web --timeout=60s');
    expect(await k('rollout history deployment/web')).toMatch(/1 .*\n2 /);
    await k('rollout undo deployment/web');
    await k('rollout status deployment/web --timeout=60s');
    expect(await k('get deployment web -o jsonpath={.spec.template.spec.containers[0].env}')).toBe('');
    await k('rollout restart deployment/web');
    expect(await k('rollout status deployment/web --timeout=60s')).toContain('successfully rolled out');
    await k('scale deployment web --replicas=2');
  }, 90_000);

  it('applies, diffs and edits on the client and on the server', async () => {
    const manifest = (color: string) =>
      file('config.yaml', `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: colors }\ndata: { sky: ${color} }\n`);
    expect(await k(['apply', '-f', await manifest('blue')])).toBe('configmap/colors created\n');
    expect(await k(['apply', '-f', await manifest('blue')])).toBe('configmap/colors unchanged\n');
    const diff = await cluster.tryKubectl(['diff', '-f', await manifest('red')]);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toMatch(/-\s+sky: blue\n\+\s+sky: red/);
    expect(await k(['apply', '-f', await manifest('red')])).toBe('configmap/colors configured\n');
    const refused = await cluster.tryKubectl(['apply', '--server-side', '-f', await manifest('green')]);
    expect(refused.stderr).toMatch(
      /Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1.*: .data.sky/,
    );
    expect(await k(['apply', '--server-side', '--force-conflicts', '-f', await manifest('green')])).toBe(
      'configmap/colors serverside-applied\n',
    );
    const editor = await file('editor.sh', '#!/bin/sh\nsed -i s/green/violet/ "$1"\n');
    await cluster.kubectl('edit configmap colors', { env: { EDITOR: `sh ${editor}` } });
    expect(await k('get configmap colors -o jsonpath={.data.sky}')).toBe('violet');
  });

  it('labels, annotates, patches, waits and watches', async () => {
    await k('create configmap watched --from-literal=a=1');
    const watching = cluster.startKubectl('get configmap -w -l phase=new');
    await k('label configmap watched phase=new');
    await eventually(() => watching.stdout().includes('watched'));
    await watching.stop();
    await k('annotate configmap watched note=yes');
    await k(['patch', 'configmap', 'watched', '--type=json', '-p', '[{"op":"replace","path":"/data/a","value":"2"}]']);
    await k(['patch', 'configmap', 'watched', '--type=merge', '-p', '{"data":{"b":"3"}}']);
    await k('wait --for=jsonpath={.data.b}=3 configmap/watched --timeout=10s');
    expect(await k('get configmap watched -o jsonpath={.data}')).toBe('{"a":"2","b":"3"}');
    await k('delete configmap watched');
    expect(await k('get configmap watched --ignore-not-found')).toBe('');
  });

  it('asks what it may do', async () => {
    expect(await k('auth can-i create pods')).toBe('yes\n');
    expect((await cluster.tryKubectl('auth can-i create pods --as jane')).stdout).toBe('no\n');
    expect(await k('auth whoami')).toContain('kubernetes-admin');
    expect((await cluster.tryKubectl('top nodes')).stderr).toContain('Metrics API not available');
  });

  it('runs once, and removes what it ran', async () => {
    const out = await k([
      'run',
      'once',
      `--image=${IMAGE}`,
      '--restart=Never',
      '--rm',
      '-i',
      '--command',
      '--',
      'echo',
      'hello from a pod',
    ]);
    expect(out).toContain('hello from a pod');
    expect(await k('get pod once --ignore-not-found')).toBe('');
  });

  it.each([
    ['unknown fields', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndate: {}\n', /unknown field "date"/],
    [
      'wrong types',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata: { a: 1 }\n',
      /cannot unmarshal number into Go struct field ConfigMap.data of type string/,
    ],
    ['what is not YAML', 'apiVersion: v1\nkind: [\n', /error (parsing|converting)/],
    [
      'a namespace that is not there',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x, namespace: nowhere }\n',
      /namespaces "nowhere" not found/,
    ],
    [
      'an invalid name',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: Not_Valid }\n',
      /metadata.name: Invalid value: "Not_Valid": a lowercase RFC 1123 subdomain/,
    ],
  ])('refuses %s as upstream does', async (_, text, message) => {
    const path = await file('bad.yaml', text);
    const { code, stderr } = await cluster.tryKubectl(['create', '--validate=strict', '-f', path]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('replaces a deleted pod, and restarts a container that ended, backing off', async () => {
    const before = await podOf('web');
    await k(`delete pod ${before} --grace-period=1`);
    await eventually(async () => !(await k('get pods -l app=web -o name')).includes(before), { timeoutMs: 45_000 });
    await k('wait --for=condition=available deployment/web --timeout=30s');
    await k(['run', 'crashing', `--image=${IMAGE}`, '--command', '--', 'sh', '-c', 'exit 3']);
    await eventually(async () => (await k('get pod crashing')).includes('CrashLoopBackOff'), {
      timeoutMs: 40_000,
      intervalMs: 300,
    });
    const status = JSON.parse(await k('get pod crashing -o json')).status.containerStatuses[0];
    expect(status.lastState.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(status.state.waiting.message).toMatch(
      /^back-off \d+s restarting failed container=crashing pod=crashing_default\(/,
    );
    await k('delete pod crashing --now');
  }, 120_000);

  it('works with kubectl 1.29 too, over SPDY', async () => {
    const old = (...args: string[]) =>
      run(toolPath('kubectl', 'v29'), args, { env: { KUBECONFIG: cluster.kubeconfig } });
    expect((await old('get', 'pods', '-o', 'wide')).stdout).toContain('Running');
    const executed = await old('exec', await podOf('web'), '--', 'sh', '-c', 'echo spdy; exit 4');
    expect(executed).toMatchObject({ code: 4, stdout: 'spdy\n' });
  });
});
