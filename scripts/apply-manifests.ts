import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { resources } from '#api/index.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { apiVersionOf } from '#apimachinery/resource.ts';
import { createHttpsClient } from '#client/https-client.ts';
import { credentialsFrom } from '#cluster/admin.ts';

/** Server-side applies every manifest of a folder, in the order of the files' names. No kubectl is needed. */
export async function applyManifests(kubeconfig: string, folder: string): Promise<void> {
  await using client = createHttpsClient({ ...(await credentialsFrom(kubeconfig)), userAgent: 'timonel-sample' });
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()) {
    for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
      const object = document.toJS() as KubeObject;
      const resource = resources.find((one) => one.kind === object.kind && apiVersionOf(one) === object.apiVersion);
      if (!resource) throw new Error(`${file}: there is no kind ${object.kind} in ${object.apiVersion}`);
      const { namespace = '', name } = object.metadata;
      const patch = { patchType: 'application/apply-patch+yaml' as const, patch: object };
      await client.patch(resource, { namespace, name }, patch, { fieldManager: 'timonel-sample', force: true });
    }
  }
}
