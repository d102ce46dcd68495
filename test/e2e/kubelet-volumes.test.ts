import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { onceManifest, type PodRuns, podManifest, podRuns, shell } from '../support/pod-runs.ts';
import { busyboxImage, type RealCluster, startRealCluster } from '../support/real-cluster.ts';
import { whyNoNodes } from '../support/tools.ts';

const why = whyNoNodes();

describe.skipIf(why)(`volumes and environment of real containers${why ? ` (${why})` : ''}`, { timeout: 60_000 }, () => {
  let cluster: RealCluster;
  let runs: PodRuns;
  let hostFolder: string;
  const mount = (name: string, mountPath: string, more = {}) => ({ name, mountPath, ...more });

  beforeAll(async () => {
    cluster = await startRealCluster({ images: [await busyboxImage()] });
    runs = podRuns(cluster);
    hostFolder = join(cluster.dataDir, 'host');
    await mkdir(hostFolder);
    await runs.apply(...objects, ...pods(hostFolder));
  }, 60_000);
  afterAll(() => cluster?.[Symbol.asyncDispose](), 60_000);

  const objects = [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { color: 'blue', 'app.conf': 'one\n' },
      binaryData: { raw: Buffer.from([1, 2, 255]).toString('base64') },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login' },
      stringData: { user: 'ann', password: 'pässword' },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Mi' } } },
    },
  ];

  const pods = (folder: string) => [
    onceManifest(
      'env',
      '',
      {},
      {
        command: ['env'],
        envFrom: [
          { prefix: 'CM_', configMapRef: { name: 'settings' } },
          { secretRef: { name: 'login' } },
          { configMapRef: { name: 'nowhere', optional: true } },
        ],
        env: [
          { name: 'PLAIN', value: 'x' },
          { name: 'TWICE', value: '$(PLAIN)-$(PLAIN)-$$(PLAIN)-$(UNKNOWN)' },
          { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
          { name: 'ABSENT', valueFrom: { configMapKeyRef: { name: 'settings', key: 'none', optional: true } } },
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'ACCOUNT', valueFrom: { fieldRef: { fieldPath: 'spec.serviceAccountName' } } },
          { name: 'LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
          { name: 'CPUS', valueFrom: { resourceFieldRef: { resource: 'requests.cpu', divisor: '1m' } } },
        ],
        resources: { limits: { memory: '48Mi' }, requests: { cpu: '30m' } },
      },
    ),
    podManifest(
      'files',
      {
        securityContext: { fsGroup: 4000, runAsUser: 1000, runAsNonRoot: true },
        containers: [
          shell('exec sleep 1000', {
            volumeMounts: [
              mount('config', '/config'),
              mount('config', '/one.conf', { subPath: 'app.conf' }),
              mount('secret', '/secret', { readOnly: true }),
              mount('about', '/about'),
              mount('all', '/all'),
            ],
          }),
        ],
        volumes: [
          { name: 'config', configMap: { name: 'settings', defaultMode: 0o440 } },
          {
            name: 'secret',
            secret: { secretName: 'login', items: [{ key: 'password', path: 'deep/word', mode: 0o400 }] },
          },
          {
            name: 'about',
            downwardAPI: {
              items: [
                { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
                { path: 'memory', resourceFieldRef: { containerName: 'c', resource: 'limits.memory', divisor: '1Mi' } },
              ],
            },
          },
          {
            name: 'all',
            projected: {
              sources: [
                { configMap: { name: 'settings', items: [{ key: 'color', path: 'color' }] } },
                { secret: { name: 'login', items: [{ key: 'user', path: 'who/user' }] } },
                { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
                { serviceAccountToken: { path: 'token', audience: 'vault', expirationSeconds: 600 } },
                { configMap: { name: 'nowhere', optional: true } },
              ],
            },
          },
        ],
      },
      { labels: { tier: 'back', app: 'files' } },
    ),
    onceManifest(
      'scratch',
      [
        'stat() { ls -lnd "$1"; }',
        'ls -lnd /plain /memory | head -2',
        'echo hi > /plain/a; echo hi > /memory/a; ls -ln /plain/a /memory/a',
        'df -k /memory | head -2',
        'mount | grep " /memory " | head -1',
        'cat /shared/a',
      ].join('; '),
      {
        securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 5000, supplementalGroups: [6000] },
        initContainers: [
          shell('echo from-init > /shared/a', { name: 'i', volumeMounts: [mount('shared', '/shared')] }),
        ],
        volumes: [
          { name: 'plain', emptyDir: {} },
          { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } },
          { name: 'shared', emptyDir: {} },
        ],
      },
      { volumeMounts: [mount('plain', '/plain'), mount('memory', '/memory'), mount('shared', '/shared')] },
    ),
    onceManifest(
      'host',
      'echo written > /made/inside/file; cat /file; id -u',
      {
        volumes: [
          { name: 'made', hostPath: { path: join(folder, 'made'), type: 'DirectoryOrCreate' } },
          { name: 'file', hostPath: { path: join(folder, 'file'), type: 'FileOrCreate' } },
        ],
      },
      {
        volumeMounts: [mount('made', '/made/inside', { subPathExpr: '$(WHO)' }), mount('file', '/file')],
        env: [{ name: 'WHO', value: 'sub/dir' }],
      },
    ),
    onceManifest(
      'wrong-host',
      'true',
      { volumes: [{ name: 'made', hostPath: { path: join(folder, 'absent'), type: 'Directory' } }] },
      { volumeMounts: [mount('made', '/made')] },
    ),
    onceManifest(
      'no-config',
      'true',
      { volumes: [{ name: 'config', configMap: { name: 'later' } }] },
      { volumeMounts: [mount('config', '/made')] },
    ),
    onceManifest(
      'claim',
      'echo kept >> /data/file; cat /data/file; ls -lnd /data',
      {
        securityContext: { runAsUser: 1000, fsGroup: 7000 },
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      },
      { volumeMounts: [mount('data', '/data')] },
    ),
    podManifest('token', { automountServiceAccountToken: true, containers: [shell('exec sleep 1000')] }),
    podManifest('token-user', {
      automountServiceAccountToken: true,
      securityContext: { runAsUser: 1000 },
      containers: [shell('exec sleep 1000')],
    }),
  ];

  const inside = (pod: string, line: string) =>
    cluster.kubectl(['exec', pod, '--', 'sh', '-c', line], { timeoutMs: 10_000 });

  it('takes the environment from every source', async () => {
    const lines = await runs.output('env');
    const { status, spec } = await runs.get('env');
    expect(lines).toEqual(
      expect.arrayContaining([
        'CM_color=blue',
        'CM_app.conf=one',
        'user=ann',
        'password=pässword',
        'PLAIN=x',
        'TWICE=x-x-$(PLAIN)-$(UNKNOWN)',
        'COLOR=blue',
        'PASSWORD=pässword',
        'POD=env',
        `POD_IP=${status?.podIP}`,
        `HOST_IP=${status?.hostIP}`,
        `NODE=${spec.nodeName}`,
        'ACCOUNT=default',
        'LIMIT=48',
        'CPUS=30',
        'HOSTNAME=env',
        'KUBERNETES_SERVICE_PORT=443',
      ]),
    );
    expect(lines.filter((line) => line.startsWith('ABSENT'))).toEqual([]);
  });

  it('shows config maps, secrets, pod fields and tokens as files of the modes and group asked for', async () => {
    await runs.when('files', ({ status }) => status?.phase === 'Running');
    const listing = await inside(
      'files',
      'cd /; ls -lnL config/app.conf secret/deep/word about/labels all/token all/color one.conf',
    );
    const found = listing
      .trim()
      .split('\n')
      .map((line) => {
        const [mode, , owner, group, ...rest] = line.split(/\s+/);
        return [rest.at(-1), mode, owner, group].join(' ');
      });
    expect(found).toEqual([
      'about/labels -rw-r--r-- 0 4000',
      'all/color -rw-r--r-- 0 4000',
      'all/token -rw-r----- 1000 4000',
      'config/app.conf -r--r----- 0 4000',
      'one.conf -r--r----- 0 4000',
      'secret/deep/word -r--r----- 0 4000',
    ]);
    expect(
      await inside(
        'files',
        'cat /about/labels; echo; cat /all/name; echo; cat /all/who/user; echo; cat /secret/deep/word',
      ),
    ).toBe('app="files"\ntier="back"\nfiles\nann\npässword');
    const [, claims = ''] = (await inside('files', 'cat /all/token')).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      aud: ['vault'],
      sub: 'system:serviceaccount:default:default',
      'kubernetes.io': { pod: { name: 'files' } },
    });
    expect(await inside('files', 'echo x > /secret/new; true').catch((error: Error) => error.message)).toMatch(
      /Read-only|^$/,
    );
  });

  it('brings volumes up to date while the pod runs, but neither subPath nor environment', async () => {
    await runs.when('files', ({ status }) => status?.phase === 'Running');
    await cluster.kubectl([
      'patch',
      'configmap',
      'settings',
      '-p',
      '{"data":{"app.conf":"two\\n","color":"red","extra":"new"}}',
    ]);
    await cluster.kubectl('label pod files tier=front --overwrite');
    await eventually(async () => (await inside('files', 'cat /config/app.conf')) === 'two\n');
    await eventually(async () => (await inside('files', 'cat /about/labels')).includes('tier="front"'));
    await eventually(async () => (await inside('files', 'cat /all/color')) === 'red');
    expect(await inside('files', 'cat /one.conf; cat /config/extra')).toBe('one\nnew');
  });

  it('gives empty folders to the pod’s group, and memory with its size', async () => {
    const output = await runs.output('scratch');
    const [plain, memory, ...rest] = output;
    for (const line of [plain, memory]) expect(line).toMatch(/^drwxrwsrwx +\d+ 0 +5000 /);
    expect(rest.filter((line) => line.startsWith('-rw')).map((line) => line.split(/\s+/)[3])).toEqual(['5000', '5000']);
    expect(rest.find((line) => line.startsWith('tmpfs') && line.includes('%'))).toMatch(/^tmpfs +8192 /);
    expect(rest.at(-1)).toBe('from-init');
  });

  it('makes and checks what a hostPath names, and expands subPathExpr', async () => {
    expect(await runs.output('host')).toEqual(['0']);
    expect(await readFile(join(hostFolder, 'made/sub/dir/file'), 'utf8')).toBe('written\n');
    const event = await eventually(async () =>
      (await runs.events('wrong-host')).find((text) => text.includes('FailedMount')),
    );
    expect(event).toBe(
      `Warning FailedMount MountVolume.SetUp failed for volume "made" : hostPath type check failed: ${join(hostFolder, 'absent')} is not a directory`,
    );
    const { status } = await runs.get('wrong-host');
    expect(status).toMatchObject({
      phase: 'Pending',
      containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }],
    });
  });

  it('waits for a config map that comes later', async () => {
    const event = await eventually(async () =>
      (await runs.events('no-config')).find((text) => text.includes('FailedMount')),
    );
    expect(event).toBe(
      'Warning FailedMount MountVolume.SetUp failed for volume "config" : configmap "later" not found',
    );
    await runs.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'later' } });
    await runs.when('no-config', ({ status }) => status?.phase === 'Succeeded', 10_000);
  });

  it('keeps a claim’s files from one pod to the next', async () => {
    const [line, folder] = await runs.output('claim');
    expect(line).toBe('kept');
    expect(folder, 'a folder of the host keeps its owner').toMatch(/^drwxrwxrwx +\d+ 0 +0 /);
    const manifest = await runs.get('claim');
    await cluster.kubectl('delete pod claim');
    await runs.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'claim' },
      spec: { ...manifest.spec, nodeName: undefined },
    });
    expect((await runs.output('claim')).filter((text) => text === 'kept')).toHaveLength(2);
  });

  it('mounts a token that only its readers can read, and that the server takes', async () => {
    for (const name of ['token', 'token-user']) await runs.when(name, ({ status }) => status?.phase === 'Running');
    const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
    const stat = async (pod: string) =>
      (await inside(pod, `ls -lnL ${folder}/token ${folder}/ca.crt ${folder}/namespace`)).trim().split('\n');
    const short = (lines: string[]) =>
      lines.map((line) => line.split(/\s+/)).map(([mode, , user]) => `${mode} ${user}`);
    expect(short(await stat('token'))).toEqual(['-rw-r--r-- 0', '-rw-r--r-- 0', '-rw-r--r-- 0']);
    expect((await stat('token-user')).map((line) => line.split(/\s+/).slice(0, 3).join(' ')).at(-1)).toMatch(
      /^-rw------- \d+ 1000/,
    );
    const token = await inside('token-user', `cat ${folder}/token`);
    expect(
      await cluster.kubectl([
        '--kubeconfig',
        '/dev/null',
        '--server',
        `https://127.0.0.1:${cluster.port}`,
        '--insecure-skip-tls-verify',
        '--token',
        token,
        'auth',
        'whoami',
        '-o',
        'jsonpath={.status.userInfo.username}',
      ]),
    ).toBe('system:serviceaccount:default:default');
  });

  it('leaves nothing behind', async () => {
    await cluster.kubectl('delete pod --all --wait=true');
    const mounts = await readFile('/proc/self/mountinfo', 'utf8');
    expect(
      mounts.split('\n').filter((line) => line.includes(`${cluster.dataDir}/`) && line.includes('/volumes/')),
    ).toEqual([]);
  });
});
