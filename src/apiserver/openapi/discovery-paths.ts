import type { DefinitionWriter, OpenApiSchema } from './definitions.ts';
import { type GroupVersion, operationGroup, rootOf, tagOf } from './names.ts';
import { WRITTEN } from './wording.ts';

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/** A path of discovery: what it is about, and the type it answers with. */
export interface DiscoveryPath {
  readonly path: string;
  readonly tag: string;
  readonly id: string;
  readonly description: string;
  readonly result: string;
}

export const legacyVersions: DiscoveryPath = {
  path: '/api/',
  tag: 'core',
  id: 'getCoreAPIVersions',
  description: 'get available API versions',
  result: `${META}.APIVersions`,
};

export const groupList: DiscoveryPath = {
  path: '/apis/',
  tag: 'apis',
  id: 'getAPIVersions',
  description: 'get available API versions',
  result: `${META}.APIGroupList`,
};

export function groupPath(group: string): DiscoveryPath {
  const name = operationGroup(group);
  return {
    path: `/apis/${group}/`,
    tag: name.charAt(0).toLowerCase() + name.slice(1),
    id: `get${name}APIGroup`,
    description: 'get information of a group',
    result: `${META}.APIGroup`,
  };
}

export function resourceListPath(at: GroupVersion): DiscoveryPath {
  const version = at.version.charAt(0).toUpperCase() + at.version.slice(1);
  return {
    path: `${rootOf(at)}/`,
    tag: tagOf(at),
    id: `get${operationGroup(at.group)}${version}APIResources`,
    description: 'get available resources',
    result: `${META}.APIResourceList`,
  };
}

/** The one operation of a discovery path, in the words of either version. */
export function wordDiscovery(path: DiscoveryPath, writer: DefinitionWriter, isV3: boolean): OpenApiSchema {
  const schema = writer.ref(path.result);
  const content = Object.fromEntries(WRITTEN.map((type) => [type, { schema }]));
  const common = { description: path.description, operationId: path.id, tags: [path.tag] };
  const ok = { description: 'OK', ...(isV3 ? { content } : { schema }) };
  const responses = { 200: ok, 401: { description: 'Unauthorized' } };
  return {
    get: isV3
      ? { ...common, responses }
      : { ...common, consumes: WRITTEN, produces: WRITTEN, schemes: ['https'], responses },
  };
}
