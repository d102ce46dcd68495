import type { Pod, Secret } from '#gen/core/v1.ts';
import type { References } from '../config/env.ts';
import { namespaceOf } from '../pod/containers.ts';
import type { RegistryAuth } from '../runtimes/runtime.ts';

interface DockerEntry {
  username?: string;
  password?: string;
  auth?: string;
}

/** Credentials of the pod's pull secrets that fit the image's registry, in the order to try them. */
export async function pullCredentials(
  pod: Pod,
  image: string,
  references: References,
): Promise<readonly RegistryAuth[]> {
  const found: RegistryAuth[] = [];
  for (const { name = '' } of pod.spec.imagePullSecrets ?? []) {
    const secret = await references.secret(namespaceOf(pod), name);
    for (const [registry, entry] of Object.entries(secret ? entriesOf(secret) : {})) {
      const auth = asAuth(entry);
      if (auth && matches(registry, image)) found.push(auth);
    }
  }
  return found;
}

function entriesOf({ type, data = {} }: Secret): Record<string, DockerEntry> {
  const key = type === 'kubernetes.io/dockercfg' ? '.dockercfg' : '.dockerconfigjson';
  try {
    const parsed = JSON.parse(Buffer.from(data[key] ?? '', 'base64').toString()) as Record<string, unknown>;
    return (key === '.dockercfg' ? parsed : (parsed['auths'] ?? {})) as Record<string, DockerEntry>;
  } catch {
    return {}; // A pull secret that cannot be read counts as none, as upstream.
  }
}

function asAuth({ username, password, auth }: DockerEntry): RegistryAuth | undefined {
  if (username !== undefined && password !== undefined) return { username, password };
  const [user, ...rest] = Buffer.from(auth ?? '', 'base64')
    .toString()
    .split(':');
  return user && rest.length > 0 ? { username: user, password: rest.join(':') } : undefined;
}

/** `https://index.docker.io/v1/`, `registry:5000`, `*.example.com/team` against the image's repository. */
function matches(registry: string, image: string): boolean {
  const wanted = registry
    .replace(/^https?:\/\//, '')
    .replace(/\/v[12]\/?$/, '')
    .replace(/\/$/, '')
    .replace(/^index\.docker\.io/, 'docker.io');
  const [first = ''] = image.split('/');
  const hasHost = image.includes('/') && /[.:]|^localhost$/.test(first);
  const full = (hasHost ? image : `docker.io/${image}`).replace(/^index\.docker\.io/, 'docker.io');
  const pattern = wanted
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/.]*');
  return new RegExp(`^${pattern}(?:[/:@]|$)`).test(full);
}
