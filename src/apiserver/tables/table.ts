import type { KubeList, KubeObject } from '#apimachinery/object.ts';
import type { Column, Resource } from '#apimachinery/resource.ts';
import type { ObjectMeta } from '#gen/meta/v1.ts';

/** Source: metav1.Table. */
export interface Table {
  kind: 'Table';
  apiVersion: string;
  metadata: KubeList['metadata'];
  columnDefinitions: TableColumn[];
  rows: TableRow[];
}

export interface TableColumn {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}

export interface TableRow {
  cells: unknown[];
  object: unknown;
}

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
  /** `meta.k8s.io/v1` or `/v1beta1`, whichever was asked for. */
  readonly apiVersion: string;
}

const definitions = new WeakMap<Resource, TableColumn[]>();

export function columnDefinitionsOf(resource: Resource): TableColumn[] {
  const known = definitions.get(resource);
  if (known) return known;
  const made = resource.columns.map(definitionOf);
  definitions.set(resource, made);
  return made;
}

function definitionOf(column: Column<KubeObject>): TableColumn {
  const { name, type, format = '', description, priority = 0 } = column;
  return { name, type, format, description: description ?? describe(name), priority };
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  Name: 'Unique among the objects of its kind in the namespace, or in the cluster where there is none.',
  Age: 'How long ago the server created the object.',
};

const describe = (name: string) => DESCRIPTIONS[name] ?? '';

/** The table of one object or of many. */
export function tableOf(
  resource: Resource,
  content: { readonly items: readonly KubeObject[]; readonly metadata: KubeList['metadata'] },
  options: TableOptions,
): Table {
  return {
    kind: 'Table',
    apiVersion: options.apiVersion,
    metadata: content.metadata,
    columnDefinitions: columnDefinitionsOf(resource),
    rows: content.items.map((item) => rowOf(resource, item, options)),
  };
}

function rowOf(resource: Resource, object: KubeObject, options: TableOptions): TableRow {
  return {
    cells: resource.columns.map((column) => cellOf(column, object, options.nowMs)),
    object: includedObject(object, options),
  };
}

/** A column that cannot read a broken object shows that it does not know, rather than losing the row. */
function cellOf(column: Column<KubeObject>, object: KubeObject, nowMs: number): unknown {
  try {
    return column.of(object, nowMs);
  } catch {
    return '<unknown>';
  }
}

function includedObject(object: KubeObject, { includeObject, apiVersion }: TableOptions): unknown {
  if (includeObject === 'None') return null;
  return includeObject === 'Object' ? object : partialMetadataOf(object, apiVersion);
}

export interface PartialMetadata extends KubeObject {
  metadata: ObjectMeta;
}

/** The object's identity and metadata alone. */
export function partialMetadataOf(object: KubeObject, apiVersion = 'meta.k8s.io/v1'): PartialMetadata {
  return { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata };
}
