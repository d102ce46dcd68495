import { runtimeClasses } from '#api/node/v1/runtime-class.ts';
import type { Client } from '#client/client.ts';
import type { Pod } from '#gen/core/v1.ts';

/** What the runtime calls the pod's RuntimeClass; undefined for the default. @throws the API's 404 for a class that is not there. */
export async function runtimeHandlerOf(pod: Pod, client: Client): Promise<string | undefined> {
  const { runtimeClassName } = pod.spec;
  if (!runtimeClassName) return undefined;
  return (await client.get(runtimeClasses, { namespace: '', name: runtimeClassName })).handler;
}
