import { configMaps } from '#api/core/v1/config-map.ts';
import { secrets } from '#api/core/v1/secret.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Client } from '#client/client.ts';
import type { ConfigMap, Pod, Secret } from '#gen/core/v1.ts';
import { namespaceOf } from '../pod/containers.ts';
import type { References } from './env.ts';

export function clientReferences(client: Client): References {
  const read = async <T extends KubeObject>(resource: Resource<T>, namespace: string, name: string) => {
    try {
      return await client.get(resource, { namespace, name });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  return {
    configMap: (namespace, name) => read<ConfigMap>(configMaps, namespace, name),
    secret: (namespace, name) => read<Secret>(secrets, namespace, name),
  };
}

/** `configmaps/namespace/name` and `secrets/namespace/name` of each object whose changes show in the pod's volumes. */
export function referencedBy(pod: Pod): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (kind: 'configmaps' | 'secrets', name: string | undefined) =>
    name && found.add(`${kind}/${namespaceOf(pod)}/${name}`);
  for (const { configMap, secret, projected } of pod.spec.volumes ?? []) {
    add('configmaps', configMap?.name);
    add('secrets', secret?.secretName);
    for (const source of projected?.sources ?? []) {
      add('configmaps', source.configMap?.name);
      add('secrets', source.secret?.name);
    }
  }
  return found;
}
