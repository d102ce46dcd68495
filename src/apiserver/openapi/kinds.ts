import type { Resource } from '#apimachinery/resource.ts';
import type { KindName } from './definitions.ts';
import { groupVersionsOf } from './names.ts';
import { DELETE_OPTIONS, WATCH_EVENT } from './operations.ts';
import { schemaTypeOf } from './resource-types.ts';

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/** As which group, version and kind each type is served: the `x-kubernetes-group-version-kind` of its definition. */
export function servedKinds(resources: readonly Resource[]): ReadonlyMap<string, readonly KindName[]> {
  const found = new Map<string, KindName[]>();
  const add = (type: string, kind: KindName) => {
    const kinds = found.get(type) ?? [];
    const isKnown = kinds.some(
      (one) => one.group === kind.group && one.version === kind.version && one.kind === kind.kind,
    );
    if (!isKnown) found.set(type, [...kinds, kind]);
  };
  for (const resource of resources) {
    const { group, version, kind, listKind, type } = resource;
    add(type, { group, version, kind });
    if (resource.verbs.includes('list')) add(`${type}List`, { group, version, kind: listKind });
    for (const subresource of resource.subresources) {
      const at = { group: subresource.group ?? group, version: subresource.version ?? version, kind: subresource.kind };
      add(schemaTypeOf(resource, subresource), at);
    }
  }
  for (const kind of ['Status', 'APIVersions', 'APIGroup', 'APIGroupList', 'APIResourceList']) {
    add(`${META}.${kind}`, { group: '', version: 'v1', kind });
  }
  for (const { group, version } of sortedVersions(resources)) {
    add(DELETE_OPTIONS, { group, version, kind: 'DeleteOptions' });
    add(WATCH_EVENT, { group, version, kind: 'WatchEvent' });
  }
  return found;
}

const sortedVersions = (resources: readonly Resource[]) =>
  groupVersionsOf(resources).sort((a, b) => (`${a.group}/${a.version}` < `${b.group}/${b.version}` ? -1 : 1));
