import type { ConfigMap, DownwardAPIVolumeFile, KeyToPath, Secret } from '#gen/core/v1.ts';
import { fieldValue } from '../config/field-ref.ts';
import { resourceFieldValue } from '../config/resource-field-ref.ts';
import type { FileContent, Payload } from './atomic-writer.ts';
import type { VolumeContext } from './volume.ts';

export const DEFAULT_MODE = 0o644;

interface Source {
  readonly what: string;
  readonly items?: readonly KeyToPath[] | undefined;
  readonly optional?: boolean | undefined;
  readonly mode: number;
}

/** The files of a config map or secret; keys that `items` names must be there. @throws {Error} otherwise. */
export function keyPayload(data: ReadonlyMap<string, Buffer>, { what, items, optional, mode }: Source): Payload {
  if (!items) return new Map([...data].map(([key, bytes]) => [key, { data: bytes, mode }]));
  const files = new Map<string, FileContent>();
  for (const item of items) {
    const bytes = data.get(item.key);
    if (!bytes && !optional) throw new Error(`references non-existent ${what} key: ${item.key}`);
    if (bytes) files.set(item.path, { data: bytes, mode: item.mode ?? mode });
  }
  return files;
}

export function configMapData({ data = {}, binaryData = {} }: ConfigMap): ReadonlyMap<string, Buffer> {
  return new Map([
    ...Object.entries(data).map(([key, text]) => [key, Buffer.from(text)] as const),
    ...Object.entries(binaryData).map(
      ([key, base64]) => [key, Buffer.from(base64 as unknown as string, 'base64')] as const,
    ),
  ]);
}

export const secretData = ({ data = {} }: Secret): ReadonlyMap<string, Buffer> =>
  new Map(Object.entries(data).map(([key, base64]) => [key, Buffer.from(base64, 'base64')]));

export function downwardPayload(
  items: readonly DownwardAPIVolumeFile[],
  mode: number,
  context: VolumeContext,
): Payload {
  return new Map(
    items.map((item) => {
      const text = item.fieldRef
        ? fieldValue(context.pod, item.fieldRef.fieldPath, context.facts)
        : item.resourceFieldRef
          ? resourceFieldValue(item.resourceFieldRef, {
              pod: context.pod,
              container: { name: '' },
              allocatable: context.allocatable,
            })
          : '';
      return [item.path, { data: Buffer.from(text), mode: item.mode ?? mode }];
    }),
  );
}

export async function configMapPayload(
  source: { name?: string | undefined; items?: readonly KeyToPath[] | undefined; optional?: boolean | undefined },
  mode: number,
  { pod, references }: VolumeContext,
): Promise<Payload> {
  const namespace = pod.metadata.namespace ?? 'default';
  const map = await references.configMap(namespace, source.name ?? '');
  if (!map && !source.optional) throw new Error(`configmap "${source.name}" not found`);
  return keyPayload(map ? configMapData(map) : new Map(), {
    ...source,
    what: 'config',
    mode,
    optional: source.optional || !map,
  });
}

export async function secretPayload(
  source: { name?: string | undefined; items?: readonly KeyToPath[] | undefined; optional?: boolean | undefined },
  mode: number,
  { pod, references }: VolumeContext,
): Promise<Payload> {
  const namespace = pod.metadata.namespace ?? 'default';
  const secret = await references.secret(namespace, source.name ?? '');
  if (!secret && !source.optional) throw new Error(`secret "${source.name}" not found`);
  return keyPayload(secret ? secretData(secret) : new Map(), {
    ...source,
    what: 'secret',
    mode,
    optional: source.optional || !secret,
  });
}
