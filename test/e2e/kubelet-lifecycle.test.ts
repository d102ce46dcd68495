import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import type { ContainerStatus, Pod } from '#gen/core/v1.ts';
import { onceManifest, type PodRuns, podManifest, podRuns, shell } from '../support/pod-runs.ts';
import { busyboxImage, type RealCluster, startRealCluster } from '../support/real-cluster.ts';
import { whyNoNodes } from '../support/tools.ts';

const why = whyNoNodes();
const only = ({ status }: Pod): ContainerStatus | undefined => status?.containerStatuses?.[0];
const waitingFor = (reason: string) => (pod: Pod) => only(pod)?.state?.waiting?.reason === reason;
const isReady = ({ status }: Pod) =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');

describe.skipIf(why)(`the life of real containers${why ? ` (${why})` : ''}`, { timeout: 60_000 }, () => {
  let cluster: RealCluster;
  let runs: PodRuns;

  beforeAll(async () => {
    cluster = await startRealCluster({ images: [await busyboxImage()] });
    runs = podRuns(cluster);
    await runs.apply(...pods(cluster.dataDir));
  }, 60_000);
  afterAll(() => cluster?.[Symbol.asyncDispose](), 60_000);

  const quick = { periodSeconds: 1, failureThreshold: 1 };
  const pods = (out: string) => [
    podManifest('crash', { containers: [shell('echo why > /dev/termination-log; exit 3')] }),
    podManifest('sick', {
      containers: [
        shell('touch /tmp/ok; exec sleep 1000', {
          livenessProbe: { ...quick, exec: { command: ['test', '-e', '/tmp/ok'] } },
          readinessProbe: { ...quick, exec: { command: ['test', '-e', '/tmp/ready'] } },
        }),
      ],
    }),
    podManifest('web', {
      containers: [
        shell('echo ok > /index.html; httpd -f -p 8080 -h /', {
          ports: [{ name: 'http', containerPort: 8080 }],
          startupProbe: { ...quick, failureThreshold: 10, httpGet: { path: '/index.html', port: 'http' } },
          livenessProbe: { ...quick, tcpSocket: { port: 8080 } },
          readinessProbe: { ...quick, httpGet: { path: '/absent.html', port: 8080 } },
        }),
      ],
    }),
    podManifest('hooks', {
      terminationGracePeriodSeconds: 20,
      containers: [
        shell('trap "echo term >> /out/log; exit 0" TERM; while :; do sleep 0.1; done', {
          lifecycle: {
            postStart: { exec: { command: ['sh', '-c', 'echo post >> /out/log'] } },
            preStop: { exec: { command: ['sh', '-c', 'echo pre >> /out/log'] } },
          },
          volumeMounts: [{ name: 'out', mountPath: '/out' }],
        }),
      ],
      volumes: [{ name: 'out', hostPath: { path: out } }],
    }),
    onceManifest('deadline', 'exec sleep 1000', { activeDeadlineSeconds: 2 }),
    onceManifest('oom', 'dd if=/dev/zero of=/dev/null bs=200M', {}, { resources: { limits: { memory: '16Mi' } } }),
    onceManifest('logs-tell', 'echo last words; exit 1', {}, { terminationMessagePolicy: 'FallbackToLogsOnError' }),
    podManifest('order', {
      restartPolicy: 'Never',
      initContainers: [
        shell('echo one >> /out/log', { name: 'one', volumeMounts: [{ name: 'out', mountPath: '/out' }] }),
        shell('trap "echo side-end" TERM; echo side >> /out/log; sleep 1000 & wait', {
          name: 'side',
          restartPolicy: 'Always',
          volumeMounts: [{ name: 'out', mountPath: '/out' }],
          startupProbe: { ...quick, failureThreshold: 20, exec: { command: ['grep', 'side', '/out/log'] } },
        }),
      ],
      containers: [shell('cat /out/log', { volumeMounts: [{ name: 'out', mountPath: '/out' }] })],
      volumes: [{ name: 'out', emptyDir: {} }],
    }),
    podManifest('init-fails', {
      restartPolicy: 'Never',
      initContainers: [shell('exit 5', { name: 'i' })],
      containers: [shell('true')],
    }),
    podManifest('never', { containers: [{ name: 'c', image: 'timonel.local/none:1', imagePullPolicy: 'Never' }] }),
    podManifest('absent', { containers: [{ name: 'c', image: '127.0.0.1:1/none:1' }] }),
    podManifest('wrong', { containers: [{ name: 'c', image: 'Not_An_Image' }] }),
    podManifest('root', { securityContext: { runAsNonRoot: true }, containers: [shell('true')] }),
    onceManifest(
      'secure',
      'id; grep -E "CapEff|NoNewPrivs|^Seccomp:" /proc/self/status; touch /x 2>&1 || echo read-only',
      { securityContext: { runAsUser: 1000, runAsGroup: 3000, seccompProfile: { type: 'RuntimeDefault' } } },
      {
        securityContext: {
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
        },
      },
    ),
    onceManifest(
      'privileged',
      'grep Seccomp: /proc/self/status; ls /dev | wc -l',
      {},
      { securityContext: { privileged: true } },
    ),
    podManifest('limited', {
      containers: [
        shell('exec sleep 1000', {
          resources: { requests: { cpu: '100m', memory: '16Mi' }, limits: { cpu: '200m', memory: '32Mi' } },
        }),
      ],
    }),
    onceManifest('names', 'hostname; cat /etc/hosts /etc/resolv.conf; cat /proc/sys/net/ipv4/ip_local_port_range', {
      hostname: 'alpha',
      subdomain: 'beta',
      hostAliases: [{ ip: '192.0.2.7', hostnames: ['one.example', 'two.example'] }],
      dnsPolicy: 'None',
      dnsConfig: {
        nameservers: ['192.0.2.53'],
        searches: ['a.example'],
        options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
      },
      securityContext: { sysctls: [{ name: 'net.ipv4.ip_local_port_range', value: '20000 30000' }] },
    }),
    podManifest('greedy', {
      terminationGracePeriodSeconds: 30,
      containers: [
        shell('dd if=/dev/zero of=/scratch/f bs=1M count=3; exec sleep 1000', {
          volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
        }),
      ],
      volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '1Mi' } }],
    }),
    podManifest('shared', {
      shareProcessNamespace: true,
      containers: [shell('exec sleep 1111'), shell('exec sleep 2222', { name: 'd' })],
    }),
    podManifest('host', { hostNetwork: true, hostPID: true, containers: [shell('exec sleep 1000')] }),
  ];
  const inside = (pod: string, line: string) =>
    cluster.kubectl(['exec', pod, '-c', 'c', '--', 'sh', '-c', line], { timeoutMs: 10_000 });

  it('backs off from what keeps failing, and says why it ended', async () => {
    const pod = await runs.when('crash', waitingFor('CrashLoopBackOff'));
    expect(only(pod)).toMatchObject({
      restartCount: 1,
      ready: false,
      started: false,
      state: {
        waiting: { message: `back-off 10s restarting failed container=c pod=crash_default(${pod.metadata.uid})` },
      },
      lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'why\n' } },
    });
    const events = await runs.events('crash');
    expect(events).toEqual(
      expect.arrayContaining([
        'Normal Pulled Container image "timonel.local/busybox:1" already present on machine and can be accessed by the pod',
        'Normal Created Container created',
        'Normal Started Container started',
        `Warning BackOff Back-off restarting failed container c in pod crash_default(${pod.metadata.uid})`,
      ]),
    );
  });

  it('restarts by liveness and gates by readiness', async () => {
    await runs.when('sick', ({ status }) => status?.phase === 'Running');
    await eventually(async () =>
      (await runs.events('sick')).some((text) => text.startsWith('Warning Unhealthy Readiness probe failed: ')),
    );
    expect(isReady(await runs.get('sick'))).toBe(false);
    await inside('sick', 'touch /tmp/ready');
    await runs.when('sick', isReady);
    await inside('sick', 'rm /tmp/ok').catch(() => inside('sick', 'busybox rm /tmp/ok'));
    const pod = await runs.when('sick', (now) => only(now)?.restartCount === 1);
    expect(only(pod)?.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
    expect(await runs.events('sick')).toEqual(
      expect.arrayContaining(['Normal Killing Container c failed liveness probe, will be restarted']),
    );
  });

  it('probes over HTTP and TCP', async () => {
    await runs.when('web', (pod) => only(pod)?.started);
    await eventually(async () =>
      (await runs.events('web')).includes(
        'Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 404',
      ),
    );
    await inside('web', 'echo yes > /absent.html');
    expect(only(await runs.when('web', isReady))?.restartCount).toBe(0);
  });

  it('ends a pod at its deadline, and one that takes too much memory', async () => {
    const { status } = await runs.when(
      'deadline',
      (pod) => pod.status?.phase === 'Failed' && only(pod)?.state?.terminated,
    );
    expect(status).toMatchObject({
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
    const oom = await runs.when('oom', (pod) => pod.status?.phase === 'Failed');
    expect(only(oom)?.state?.terminated).toMatchObject({ exitCode: 137 });
    // containerd 1.6 learns of the kill and of the exit by two events; where the exit wins, it says Error for good.
    expect(['OOMKilled', 'Error']).toContain(only(oom)?.state?.terminated?.reason);
    const told = await runs.when('logs-tell', (pod) => pod.status?.phase === 'Failed');
    expect(only(told)?.state?.terminated?.message).toBe('last words\n');
  });

  it('runs init containers in order, and sidecars beside the rest', async () => {
    const pod = await runs.when('order', ({ status }) => status?.phase === 'Succeeded');
    expect(await cluster.kubectl('logs order -c c')).toBe('one\nside\n');
    expect(pod.status?.initContainerStatuses).toMatchObject([
      { name: 'one', ready: true, state: { terminated: { exitCode: 0, reason: 'Completed' } } },
      { name: 'side', state: { terminated: {} } },
    ]);
    const failed = await runs.when('init-fails', ({ status }) => status?.phase === 'Failed');
    expect(failed.status?.initContainerStatuses?.[0]?.state?.terminated?.exitCode).toBe(5);
    expect(only(failed)?.state?.waiting?.reason).toBe('PodInitializing');
  });

  it('says what is wrong with an image', async () => {
    const never = await runs.when('never', waitingFor('ErrImageNeverPull'));
    expect(only(never)?.state?.waiting?.message).toBe(
      'Container image "timonel.local/none:1" is not present with pull policy of Never',
    );
    const wrong = await runs.when('wrong', waitingFor('InvalidImageName'));
    expect(only(wrong)?.state?.waiting?.message).toBe(
      'Failed to apply default image tag "Not_An_Image": couldn\'t parse image name "Not_An_Image": invalid reference format: repository name must be lowercase',
    );
    const absent = await runs.when('absent', waitingFor('ImagePullBackOff'));
    expect(only(absent)?.state?.waiting?.message).toMatch(
      /^Back-off pulling image "127.0.0.1:1\/none:1": ErrImagePull: rpc error: code = Unknown desc = failed to pull and unpack image/,
    );
    expect(await runs.events('absent')).toEqual(
      expect.arrayContaining([
        'Normal Pulling Pulling image "127.0.0.1:1/none:1"',
        expect.stringMatching(
          /^Warning Failed Failed to pull image "127.0.0.1:1\/none:1": rpc error: code = Unknown desc = failed to pull/,
        ),
        'Warning Failed Error: ErrImagePull',
        'Normal BackOff Back-off pulling image "127.0.0.1:1/none:1"',
        'Warning Failed Error: ImagePullBackOff',
      ]),
    );
  });

  it('holds containers to their security context', async () => {
    const root = await runs.when('root', waitingFor('CreateContainerConfigError'));
    expect(only(root)?.state?.waiting?.message).toBe(
      `container has runAsNonRoot and image will run as root (pod: "root_default(${root.metadata.uid})", container: c)`,
    );
    expect(await runs.output('secure')).toEqual([
      'uid=1000 gid=3000 groups=3000',
      'CapEff:\t0000000000000000',
      'NoNewPrivs:\t1',
      'Seccomp:\t2',
      expect.stringContaining('Read-only file system'),
      'read-only',
    ]);
    const [seccomp, devices] = await runs.output('privileged');
    expect(seccomp).toBe('Seccomp:\t0');
    expect(Number(devices)).toBeGreaterThan(20);
  });

  it('writes limits into the pod’s cgroup and removes it with the pod', async () => {
    const pod = await runs.when('limited', ({ status }) => status?.phase === 'Running');
    const [line = ''] = (await inside('limited', 'cat /proc/self/cgroup'))
      .split('\n')
      .filter((text) => /:memory:|^0::/.test(text));
    expect(line).toContain(`pod${pod.metadata.uid}`);
    const own = line.split(':').slice(2).join(':');
    const folder = existsSync('/sys/fs/cgroup/memory') ? `/sys/fs/cgroup/memory${own}` : `/sys/fs/cgroup${own}`;
    const limit = existsSync(join(folder, 'memory.max')) ? 'memory.max' : 'memory.limit_in_bytes';
    expect((await readFile(join(folder, limit), 'utf8')).trim()).toBe(String(32 * 2 ** 20));
    expect((await readFile(join(folder, '..', limit), 'utf8')).trim()).toBe(String(32 * 2 ** 20));
    expect(only(pod)).toMatchObject({
      resources: { limits: { cpu: '200m', memory: '32Mi' }, requests: { cpu: '100m', memory: '16Mi' } },
    });
    await cluster.kubectl('delete pod limited');
    await eventually(() => !existsSync(join(folder, '..')));
  });

  it('sets host names, aliases, DNS and sysctls', async () => {
    const lines = await runs.output('names');
    const { status } = await runs.get('names');
    expect(lines[0]).toBe('alpha');
    expect(lines).toEqual(
      expect.arrayContaining([
        `${status?.podIP}\talpha.beta.default.svc.cluster.local\talpha`,
        '# Entries added by HostAliases.',
        '192.0.2.7\tone.example\ttwo.example',
        'search a.example',
        'nameserver 192.0.2.53',
        'options ndots:2 edns0',
        '20000\t30000',
      ]),
    );
  });

  it('evicts a pod whose folder outgrows its limit', async () => {
    const { status } = await runs.when(
      'greedy',
      (pod) => pod.status?.phase === 'Failed' && only(pod)?.state?.terminated,
    );
    const message = 'Usage of EmptyDir volume "scratch" exceeds the limit "1Mi". ';
    expect(status).toMatchObject({ reason: 'Evicted', message });
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message }),
    );
  });

  it('shares namespaces where asked', async () => {
    await runs.when(
      'shared',
      ({ status }) => status?.phase === 'Running' && status.containerStatuses?.every(({ ready }) => ready),
    );
    expect(await inside('shared', 'ps')).toMatch(/sleep 1111[^]*sleep 2222/);
    const pod = await runs.when('host', ({ status }) => status?.phase === 'Running');
    expect(pod.status?.podIP).toBe(pod.status?.hostIP);
    expect(await inside('host', 'ps')).toContain('containerd');
  });

  it('stops gently: preStop, SIGTERM, then it is gone', async () => {
    await runs.when('hooks', ({ status }) => status?.phase === 'Running');
    await eventually(async () => (await inside('hooks', 'cat /out/log')).includes('post'));
    const startedMs = Date.now();
    await cluster.kubectl('delete pod hooks');
    expect(Date.now() - startedMs).toBeLessThan(5000);
    const log = await readFile(join(cluster.dataDir, 'log'), 'utf8');
    expect(log).toBe('post\npre\nterm\n');
  });
});
