import type { KubeObject } from './object.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

export const ALL_VERBS: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** One column of `kubectl get`. Source: metav1.TableColumnDefinition. */
export interface Column<T> {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  description?: string;
  /** 0 is always shown; 1 only with `-o wide`. Default 0. */
  priority?: number;
  of(object: T, nowMs: number): string | number | boolean | null;
}

export interface Subresource {
  /** `status`, `scale`, `log` … */
  name: string;
  /** The kind that the subresource speaks, where it is not the parent's: `Scale`, `Eviction`, `Binding`. */
  group?: string;
  version?: string;
  kind: string;
  verbs: readonly Verb[];
}

/** Reads one field as text. Declared as a method, so that a `Resource<Pod>` is a `Resource` (see there). */
type FieldOf<T> = { of(object: T): string }['of'];

/**
 * What a kind is: pure data and pure functions, read by server, client and command line alike. Its functions are
 * methods, which TypeScript compares loosely in their parameters: so a list may hold resources of any kind.
 */
export interface Resource<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  /** Key into the generated schema, such as `k8s.io.api.core.v1.Pod`. */
  readonly type: string;
  readonly verbs: readonly Verb[];
  readonly subresources: readonly Subresource[];
  /** Path segment below `/registry`; two versions of one kind share it. */
  readonly storageName: string;
  readonly columns: readonly Column<T>[];
  /** Fills what the schema's own defaults do not say; changes its argument. Source: upstream's SetDefaults_*. */
  defaults?(object: T): void;
  /** Field selectors beyond `metadata.name` and `metadata.namespace`. */
  readonly selectableFields?: Readonly<Record<string, FieldOf<T>>> | undefined;
  /** Where two versions share one storage: how this one becomes what is stored, and back. */
  readonly conversion?: Conversion<T> | undefined;
}

export interface Conversion<T extends KubeObject> {
  /** The resource that is stored (its `storageName` equals ours). */
  readonly stored: Resource;
  toStored(object: T): KubeObject;
  fromStored(stored: KubeObject): T;
}

type Defaulted =
  | 'listKind'
  | 'singular'
  | 'shortNames'
  | 'categories'
  | 'verbs'
  | 'subresources'
  | 'storageName'
  | 'columns'
  | 'type';

export type ResourceInput<T extends KubeObject> = Omit<Resource<T>, Defaulted> & Partial<Pick<Resource<T>, Defaulted>>;

/** `k8s.io.api.<group without suffix>.<version>.<Kind>`: how upstream names the types of its own groups. */
function schemaType({ group, version, kind }: { group: string; version: string; kind: string }): string {
  if (group === 'apiextensions.k8s.io')
    return `k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.${version}.${kind}`;
  if (group === 'apiregistration.k8s.io') return `k8s.io.kube_aggregator.pkg.apis.apiregistration.${version}.${kind}`;
  return `k8s.io.api.${group === '' ? 'core' : (group.split('.')[0] ?? group)}.${version}.${kind}`;
}

const ageColumn: Column<KubeObject> = {
  name: 'Age',
  type: 'string',
  of: (object, nowMs) => humanAge(object.metadata.creationTimestamp, nowMs),
};

const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  of: (object) => object.metadata.name,
};

/** Declares a resource; what is left out follows upstream's habit for the kind. `Name` comes first, `Age` after the columns of priority 0. */
export function defineResource<T extends KubeObject>(input: ResourceInput<T>): Resource<T> {
  const columns = input.columns ?? [];
  const hasAge = columns.some((column) => column.name === 'Age');
  const firstWide = columns.findIndex((column) => (column.priority ?? 0) > 0);
  const cut = firstWide < 0 ? columns.length : firstWide;
  const withAge = hasAge ? columns : [...columns.slice(0, cut), ageColumn, ...columns.slice(cut)];
  return {
    listKind: `${input.kind}List`,
    singular: input.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: ALL_VERBS,
    subresources: [],
    storageName: input.plural,
    type: schemaType(input),
    ...input,
    columns: columns[0]?.name === 'Name' ? withAge : [nameColumn, ...withAge],
  };
}

export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `pods` or `deployments.apps`: how messages name a resource. */
export function groupResourceOf({ group, plural }: { group: string; plural: string }): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** Age as kubectl prints it: `5s`, `3m12s`, `4h5m`, `2d`, `1y20d`. Source: apimachinery util/duration.HumanDuration. */
export function humanAge(timestamp: string | undefined, nowMs: number): string {
  return timestamp ? humanDuration(nowMs - Date.parse(timestamp)) : '<unknown>';
}

export function humanDuration(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return withRest(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  return hours < 24 * 365 * 8 ? withRest(years, 'y', days % 365, 'd') : `${years}y`;
}

function withRest(value: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${value}${unit}` : `${value}${unit}${rest}${restUnit}`;
}
