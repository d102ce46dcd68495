import { capital, operationGroup, rootOf } from './names.ts';
import { type Resource, type Subresource, schemaTypeOf } from './resource-types.ts';

/** One operation, before either version of OpenAPI words it. */
export interface Operation {
  readonly path: string;
  readonly method: string;
  readonly id: string;
  readonly description: string;
  /** `x-kubernetes-action`. */
  readonly action: string;
  readonly kind: { group: string; version: string; kind: string };
  /** Type of the body, where there is one. */
  readonly body?: { type: string; required: boolean } | undefined;
  readonly isPatch: boolean;
  /** Type of the answer; undefined is plain text. */
  readonly result: string | undefined;
  readonly codes: readonly number[];
  readonly isStream: boolean;
  /** Names of query parameters of this operation alone. */
  readonly query: readonly string[];
  /** Names of path and query parameters of all operations at the path. */
  readonly shared: readonly string[];
}

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';
export const PATCH_TYPE = `${META}.Patch`;
export const DELETE_OPTIONS = `${META}.DeleteOptions`;
const STATUS = `${META}.Status`;
export const WATCH_EVENT = `${META}.WatchEvent`;

const LIST = [
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'shardSelector',
  'timeoutSeconds',
];
const LIST_OR_WATCH = ['allowWatchBookmarks', ...LIST, 'watch'];
const DELETE = [
  'dryRun',
  'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'orphanDependents',
  'propagationPolicy',
];
const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'];

interface Place {
  readonly resource: Resource;
  readonly type: string;
  /** `CoreV1`. */
  readonly prefix: string;
  /** `Namespaced` or nothing. */
  readonly scope: string;
  readonly collection: string;
  readonly item: string;
  readonly inCollection: readonly string[];
  readonly inItem: readonly string[];
}

function placeOf(resource: Resource): Place {
  const isNamespaced = resource.scope === 'Namespaced';
  const base = isNamespaced ? `${rootOf(resource)}/namespaces/{namespace}` : rootOf(resource);
  const inCollection = isNamespaced ? ['namespace', 'pretty'] : ['pretty'];
  return {
    resource,
    type: resource.type,
    prefix: operationGroup(resource.group) + capital(resource.version),
    scope: isNamespaced ? 'Namespaced' : '',
    collection: `${base}/${resource.plural}`,
    item: `${base}/${resource.plural}/{name}`,
    inCollection,
    inItem: ['name', ...inCollection],
  };
}

/** Every operation that a resource and its subresources have, in upstream's naming. */
export function operationsOf(resource: Resource): Operation[] {
  const place = placeOf(resource);
  return hoisted([
    ...collectionOperations(place),
    ...itemOperations(place),
    ...watchOperations(place),
    ...resource.subresources.flatMap((subresource) => subresourceOperations(place, subresource)),
  ]);
}

/** What all operations of a path have in common belongs to the path: everything, where there is only one. */
function hoisted(operations: readonly Operation[]): Operation[] {
  const paths = Map.groupBy(operations, ({ path }) => path);
  return operations.map((one) =>
    paths.get(one.path)?.length === 1 ? { ...one, query: [], shared: [...one.query, ...one.shared] } : one,
  );
}

type Draft = Partial<Operation> & Pick<Operation, 'path' | 'method' | 'id' | 'description' | 'action' | 'shared'>;

function operation(place: Place, draft: Draft): Operation {
  const { group, version, kind } = place.resource;
  return {
    kind: { group, version, kind },
    isPatch: false,
    result: place.type,
    codes: [200],
    isStream: false,
    query: [],
    ...draft,
  };
}

function collectionOperations(place: Place): Operation[] {
  const { resource, prefix, scope, collection: path, inCollection: shared, type } = place;
  const { kind, verbs } = resource;
  const listed = { result: `${type}List`, isStream: true, action: 'list', method: 'get' } as const;
  const noun = verbs.includes('watch') ? `list or watch objects of kind ${kind}` : `list objects of kind ${kind}`;
  const found: Operation[] = [];
  const add = (draft: Draft) => found.push(operation(place, draft));
  if (verbs.includes('list'))
    add({ ...listed, path, id: `list${prefix}${scope}${kind}`, description: noun, query: LIST_OR_WATCH, shared });
  if (verbs.includes('list') && scope) {
    const all = `${rootOf(resource)}/${resource.plural}`;
    const id = `list${prefix}${kind}ForAllNamespaces`;
    add({ ...listed, path: all, id, description: noun, shared: [...LIST_OR_WATCH, 'pretty'] });
  }
  if (verbs.includes('create')) {
    const body = { type, required: true };
    const id = `create${prefix}${scope}${kind}`;
    const description = `create ${withArticle(kind)}`;
    add({ path, method: 'post', action: 'post', id, description, body, codes: [200, 201, 202], query: WRITE, shared });
  }
  if (verbs.includes('deletecollection')) {
    const query = ['continue', ...DELETE, ...LIST.slice(1)];
    const id = `delete${prefix}Collection${scope}${kind}`;
    const draft = {
      path,
      method: 'delete',
      action: 'deletecollection',
      id,
      description: `delete collection of ${kind}`,
    };
    add({ ...draft, body: { type: DELETE_OPTIONS, required: false }, result: STATUS, query, shared });
  }
  return found;
}

/** `a Pod`, `an Event`, and `Endpoints`, which is a plural by itself. */
function withArticle(kind: string): string {
  if (/[^su]s$/.test(kind)) return kind;
  return `${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** Kinds whose deletion answers with the object, not with a Status. Source: `ReturnDeletedObject` of each store. */
const RETURNS_DELETED = new Set([
  'Pod',
  'PodTemplate',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ResourceQuota',
  'Service',
  'ServiceAccount',
  'CSIDriver',
  'CSINode',
  'StorageClass',
  'VolumeAttachment',
  'VolumeAttributesClass',
  'DeviceClass',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'ResourceSlice',
]);

function itemOperations(place: Place): Operation[] {
  const { resource, prefix, scope, item: path, inItem: shared, type } = place;
  const { kind, verbs } = resource;
  const name = `${prefix}${scope}${kind}`;
  const found: Operation[] = [];
  const add = (draft: Draft) => found.push(operation(place, draft));
  if (verbs.includes('get'))
    add({ path, method: 'get', action: 'get', id: `read${name}`, description: `read the specified ${kind}`, shared });
  if (verbs.includes('update'))
    add({ ...putOf(path, type), id: `replace${name}`, description: `replace the specified ${kind}`, shared });
  if (verbs.includes('patch'))
    add({ ...patchOf(path), id: `patch${name}`, description: `partially update the specified ${kind}`, shared });
  if (verbs.includes('delete')) {
    const result = RETURNS_DELETED.has(kind) ? type : STATUS;
    const draft = {
      path,
      method: 'delete',
      action: 'delete',
      id: `delete${name}`,
      description: `delete ${withArticle(kind)}`,
      shared,
    };
    add({ ...draft, body: { type: DELETE_OPTIONS, required: false }, result, codes: [200, 202], query: DELETE });
  }
  return found;
}

const putOf = (path: string, type: string) => ({
  path,
  method: 'put',
  action: 'put',
  body: { type, required: true },
  codes: [200, 201],
  query: WRITE,
});

const patchOf = (path: string) => ({
  path,
  method: 'patch',
  action: 'patch',
  isPatch: true,
  body: { type: PATCH_TYPE, required: true },
  codes: [200, 201],
  query: [...WRITE, 'force'],
});

/** The old `/watch/` paths. */
function watchOperations(place: Place): Operation[] {
  const { resource, prefix, scope, collection, item } = place;
  if (!resource.verbs.includes('watch')) return [];
  const { kind } = resource;
  const root = rootOf(resource);
  const under = (path: string) => path.replace(root, `${root}/watch`);
  const instead = "deprecated: use the 'watch' parameter with a list operation instead";
  const base = { method: 'get', result: WATCH_EVENT, isStream: true };
  const lists = {
    ...base,
    action: 'watchlist',
    description: `watch individual changes to a list of ${kind}. ${instead}.`,
  };
  const one = `watch changes to an object of kind ${kind}. ${instead}, filtered to a single item with the 'fieldSelector' parameter.`;
  const found: Draft[] = [
    {
      ...lists,
      path: under(collection),
      id: `watch${prefix}${scope}${kind}List`,
      shared: [...LIST_OR_WATCH, ...place.inCollection],
    },
  ];
  if (scope) {
    const id = `watch${prefix}${kind}ListForAllNamespaces`;
    found.push({ ...lists, path: `${root}/watch/${resource.plural}`, id, shared: [...LIST_OR_WATCH, 'pretty'] });
  }
  if (resource.verbs.includes('get')) {
    const id = `watch${prefix}${scope}${kind}`;
    found.push({
      ...base,
      action: 'watch',
      path: under(item),
      id,
      description: one,
      shared: [...LIST_OR_WATCH, ...place.inItem],
    });
  }
  return found.map((draft) => operation(place, draft));
}

const PROXY_METHODS = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put'];

function subresourceOperations(place: Place, subresource: Subresource): Operation[] {
  if (/(Exec|Attach|PortForward|Proxy)Options$/.test(subresource.kind)) return connectOperations(place, subresource);
  const { resource, prefix, scope, inItem } = place;
  const path = `${place.item}/${subresource.name}`;
  const name = `${prefix}${scope}${resource.kind}${operationSuffix(subresource.name)}`;
  const kind = {
    group: subresource.group ?? resource.group,
    version: subresource.version ?? resource.version,
    kind: subresource.kind,
  };
  const type = schemaTypeOf(resource, subresource);
  const shown = subresource.name;
  const found: Operation[] = [];
  const add = (draft: Draft) => found.push(operation(place, { kind, result: type, ...draft }));
  const { verbs } = subresource;
  if (verbs.includes('get')) {
    const isLog = subresource.name === 'log';
    const shared = isLog
      ? [
          'container',
          'follow',
          'insecureSkipTLSVerifyBackend',
          'limitBytes',
          'previous',
          'sinceSeconds',
          'stream',
          'tailLines',
          'timestamps',
          ...inItem,
        ]
      : inItem;
    const description = `read ${shown} of the specified ${resource.kind}`;
    add({
      path,
      method: 'get',
      action: 'get',
      id: `read${name}`,
      description,
      shared,
      ...(isLog && { result: undefined }),
    });
  }
  if (verbs.includes('update'))
    add({
      ...putOf(path, type),
      id: `replace${name}`,
      description: `replace ${shown} of the specified ${resource.kind}`,
      shared: inItem,
    });
  if (verbs.includes('patch'))
    add({
      ...patchOf(path),
      id: `patch${name}`,
      description: `partially update ${shown} of the specified ${resource.kind}`,
      shared: inItem,
    });
  if (verbs.includes('create')) {
    const draft = {
      path,
      method: 'post',
      action: 'post',
      id: `create${name}`,
      description: `create ${shown} of ${withArticle(resource.kind)}`,
    };
    add({ ...draft, body: { type, required: true }, codes: [200, 201, 202], query: WRITE, shared: inItem });
  }
  return found;
}

/** `EphemeralContainers` has an inner capital that its path segment lost; the others only a first one. */
const operationSuffix = (name: string) => (name === 'ephemeralcontainers' ? 'Ephemeralcontainers' : capital(name));

const CONNECT_QUERY: Readonly<Record<string, readonly string[]>> = {
  PodExecOptions: ['command', 'container', 'stderr', 'stdin', 'stdout', 'tty'],
  PodAttachOptions: ['container', 'stderr', 'stdin', 'stdout', 'tty'],
  PodPortForwardOptions: ['ports'],
};

function connectOperations(place: Place, { name, kind }: Subresource): Operation[] {
  const { resource, prefix, scope, inItem } = place;
  const isProxy = name === 'proxy';
  const query = CONNECT_QUERY[kind] ?? ['path'];
  const shared = [...query, ...inItem.filter((one) => one !== 'pretty')];
  const base = `${place.item}/${name}`;
  const targets = isProxy
    ? [
        { path: base, suffix: '', shared },
        { path: `${base}/{path}`, suffix: 'WithPath', shared: ['{path}', ...shared] },
      ]
    : [{ path: base, suffix: '', shared }];
  return targets.flatMap((target) =>
    (isProxy ? PROXY_METHODS : ['get', 'post']).map((method) =>
      operation(place, {
        path: target.path,
        method,
        action: 'connect',
        id: `connect${prefix}${capital(method)}${scope}${resource.kind}${capital(name)}${target.suffix}`,
        description: `connect ${method.toUpperCase()} requests to ${name} of ${resource.kind}`,
        kind: { group: resource.group, version: resource.version, kind },
        result: undefined,
        shared: target.shared,
      }),
    ),
  );
}
