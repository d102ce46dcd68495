import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Pod, VolumeMount } from '#gen/core/v1.ts';
import type { KubeletContext } from '../context.ts';
import { podFolder, terminationFile } from '../paths.ts';
import { type AnyContainer, type NamedContainer, uidOf } from '../pod/containers.ts';
import { containerAnnotations, containerLabels } from '../pod/labels.ts';
import { runtimeResources } from '../pod/resources.ts';
import type { ContainerConfig, Image, Mount } from '../runtimes/runtime.ts';
import { pinSubPath } from '../volumes/subpath.ts';
import type { MountedVolume } from '../volumes/volume.ts';
import { makeEnv } from './env.ts';
import { ContainerConfigError } from './errors.ts';
import { expand, expandStrictly } from './expansion.ts';
import { hostNamesOf } from './hostname.ts';
import { hostsFile } from './hosts-file.ts';
import { containerSecurity, namespacesOf, verifyNonRoot } from './security-context.ts';

export interface ContainerConfigInput {
  readonly pod: Pod;
  readonly named: NamedContainer;
  readonly attempt: number;
  readonly image: Image;
  readonly podIPs: readonly string[];
  readonly volumes: ReadonlyMap<string, MountedVolume>;
  readonly targetContainerId?: string | undefined;
}

const PROPAGATION = { None: 'PRIVATE', HostToContainer: 'HOST_TO_CONTAINER', Bidirectional: 'BIDIRECTIONAL' } as const;

/** @throws {ContainerConfigError} for what the pod's author, or whoever owns what it refers to, must mend. */
export async function containerConfig(input: ContainerConfigInput, context: KubeletContext): Promise<ContainerConfig> {
  const { pod, named, attempt, image, podIPs } = input;
  const { container } = named;
  verifyNonRoot(pod, container, image);
  const facts = { podIPs: pod.spec.hostNetwork ? context.nodeIPs : podIPs, hostIPs: context.nodeIPs };
  const envs = await makeEnv({
    pod,
    container,
    facts,
    services: context.services(),
    allocatable: context.allocatable,
    references: context.references,
  });
  const values = new Map(envs.map(({ key, value }) => [key, value]));
  const expanded = (words: readonly string[] | undefined) =>
    (words ?? []).map((word) => expand(word, (name) => values.get(name)));
  return {
    name: container.name,
    attempt,
    image: image.id,
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? '',
    envs,
    mounts: await mountsOf(input, values, context),
    devices: [],
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, attempt),
    logPath: `${container.name}/${attempt}.log`,
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    resources: runtimeResources(pod, container, context.nodeMemoryBytes),
    security: containerSecurity(pod, container, { ...context.security, image }),
    namespaces: {
      ...namespacesOf(pod),
      ...(input.targetContainerId && { targetContainerId: input.targetContainerId }),
    },
  };
}

type Values = ReadonlyMap<string, string>;

async function mountsOf(
  input: ContainerConfigInput,
  values: Values,
  context: KubeletContext,
): Promise<readonly Mount[]> {
  const { container } = input.named;
  const mounts: Mount[] = [];
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    mounts.push(await volumeMount(input, { mount, index, values }, context));
  }
  const taken = new Set(mounts.map(({ containerPath }) => containerPath));
  const termination = container.terminationMessagePath ?? '/dev/termination-log';
  if (!taken.has('/etc/hosts')) mounts.push(await hostsMount(input, context));
  if (!taken.has(termination)) mounts.push(await terminationMount(input, termination, context));
  return mounts;
}

async function volumeMount(
  { pod, named, volumes }: ContainerConfigInput,
  { mount, index, values }: { mount: VolumeMount; index: number; values: Values },
  context: KubeletContext,
): Promise<Mount> {
  const volume = volumes.get(mount.name);
  if (!volume)
    throw new ContainerConfigError(
      `cannot find volume "${mount.name}" to mount into container "${named.container.name}"`,
    );
  const subPath = mount.subPathExpr ? expandStrictly(mount.subPathExpr, (name) => values.get(name)) : mount.subPath;
  const pin = join(
    podFolder(context.rootDir, uidOf(pod)),
    'volume-subpaths',
    mount.name,
    named.container.name,
    String(index),
  );
  const pinned = subPath
    ? await pinnedPath(volume.hostPath, subPath, { pin, mount, container: named.container })
    : volume.hostPath;
  return {
    containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
    hostPath: pinned,
    readonly: mount.readOnly === true || volume.readOnly === true,
    propagation: PROPAGATION[mount.mountPropagation ?? 'None'],
  };
}

async function pinnedPath(
  volume: string,
  subPath: string,
  at: { pin: string; mount: VolumeMount; container: AnyContainer },
): Promise<string> {
  try {
    return await pinSubPath(volume, subPath, at.pin);
  } catch (error) {
    throw new ContainerConfigError(
      `failed to prepare subPath for volumeMount "${at.mount.name}" of container "${at.container.name}"`,
      { cause: error },
    );
  }
}

async function hostsMount({ pod, podIPs }: ContainerConfigInput, context: KubeletContext): Promise<Mount> {
  const path = join(podFolder(context.rootDir, uidOf(pod)), 'etc-hosts');
  const nodeHosts = pod.spec.hostNetwork ? await readFile('/etc/hosts', 'utf8').catch(() => '') : '';
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, hostsFile({ pod, podIPs, nodeHosts, ...hostNamesOf(pod, context.dns.clusterDomain) }), {
    mode: 0o644,
  });
  return { containerPath: '/etc/hosts', hostPath: path, readonly: false, propagation: 'PRIVATE' };
}

async function terminationMount(
  { pod, named, attempt }: ContainerConfigInput,
  path: string,
  context: KubeletContext,
): Promise<Mount> {
  const file = terminationFile(context.rootDir, uidOf(pod), { name: named.container.name, attempt });
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'a', 0o666);
  await handle.chmod(0o666);
  await handle.close();
  return { containerPath: path, hostPath: file, readonly: false, propagation: 'PRIVATE' };
}
