import { readFileSync } from 'node:fs';
import { corrected } from './corrections.ts';

/** One field as the facts give it; see `facts/README.md`. */
export interface FactField {
  type: string;
  number: number;
  repeated?: true;
  optional?: true;
  omitEmpty?: true;
  /** Left out while zero, though a struct. */
  omitZero?: true;
  pointer?: true;
  inline?: true;
  required?: true;
  jsonName?: string;
  enum?: string;
  default?: unknown;
  listType?: 'atomic' | 'set' | 'map';
  listMapKeys?: string[];
  mapType?: 'atomic' | 'granular';
  structType?: 'atomic' | 'granular';
  patchStrategy?: string;
  patchMergeKey?: string;
  markers?: string[];
}

export interface FactType {
  fields: Record<string, FactField>;
  markers?: string[];
}

export interface Facts {
  kubernetes: string;
  types: Record<string, FactType>;
  enums: Record<string, { values: string[]; closed?: true }>;
  clients: Record<string, string[]>;
}

export function readFacts(): Facts {
  const file = new URL('../../facts/kubernetes-api-1.36.json', import.meta.url);
  return corrected(JSON.parse(readFileSync(file, 'utf8')) as Facts);
}

/** `k8s.io.api.core.v1.Pod` lives in module `core/v1`; meta, runtime, intstr and quantity in `meta/v1`. */
export function moduleOf(type: string): string {
  const parts = type.split('.');
  const version = parts.at(-2) ?? '';
  if (type.startsWith('k8s.io.api.')) return `${parts[3]}/${version}`;
  if (/^k8s\.io\.(apiextensions_apiserver|kube_aggregator)\./.test(type)) return `${parts.at(-3)}/${version}`;
  return 'meta/v1';
}

export const shortName = (type: string): string => type.slice(type.lastIndexOf('.') + 1);

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const EMBEDDED = /(TemplateSpec|PersistentVolumeClaimTemplate)$/;
/** Types with `apiVersion` and `kind` though they have no metadata. Source: what embeds metav1.TypeMeta. */
const KINDS_WITHOUT_METADATA = new Set([
  'k8s.io.api.admission.v1.AdmissionReview',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.ConversionReview',
  'k8s.io.api.core.v1.SerializedReference',
  ...['NodeProxy', 'PodAttach', 'PodExec', 'PodLog', 'PodPortForward', 'PodProxy', 'ServiceProxy'].map(
    (name) => `k8s.io.api.core.v1.${name}Options`,
  ),
  ...['APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions', 'Status'].map((name) => `${META}.${name}`),
  ...['Create', 'Delete', 'Get', 'List', 'Patch', 'Update'].map((name) => `${META}.${name}Options`),
]);

/** Whether values of the type say their own `apiVersion` and `kind`. */
export function isKind(name: string, type: FactType): boolean {
  const metadata = type.fields['metadata']?.type ?? '';
  const hasMetadata = metadata === `${META}.ObjectMeta` || metadata === `${META}.ListMeta`;
  return KINDS_WITHOUT_METADATA.has(name) || (hasMetadata && !EMBEDDED.test(name));
}
