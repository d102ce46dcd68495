import { readFileSync } from 'node:fs';

/** One field as the facts give it; see `facts/README.md`. */
export interface FactField {
  type: string;
  number: number;
  repeated?: true;
  optional?: true;
  omitEmpty?: true;
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
  return JSON.parse(readFileSync(file, 'utf8')) as Facts;
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
