import type { Resource } from '#apimachinery/resource.ts';
import { hasType } from '#apimachinery/schema-row.ts';
import { DefinitionWriter, type OpenApiSchema, V2 } from './definitions.ts';
import type { Descriptions } from './descriptions.ts';
import {
  type DiscoveryPath,
  groupList,
  groupPath,
  legacyVersions,
  resourceListPath,
  wordDiscovery,
} from './discovery-paths.ts';
import { servedKinds } from './kinds.ts';
import { groupVersionsOf, tagOf } from './names.ts';
import { type Operation, operationsOf, PATCH_TYPE } from './operations.ts';
import { parameterOf, wordParameter } from './parameters.ts';
import type { OpenApiSources } from './v3.ts';
import { STATUS_TEXTS, WRITTEN, WRITTEN_STREAMS } from './wording.ts';

const PATCH_BODIES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** The OpenAPI v2 (Swagger) document of everything, as a plain value. */
export function openApiV2({ resources, descriptions, custom }: OpenApiSources): OpenApiSchema {
  const writer = new DefinitionWriter(V2, { descriptions, kinds: servedKinds(resources), custom });
  const paths: Record<string, OpenApiSchema> = {};
  for (const found of discoveryPaths(resources)) paths[found.path] = wordDiscovery(found, writer, false);
  for (const resource of resources) {
    for (const operation of operationsOf(resource)) {
      const path = (paths[operation.path] ??= parametersOf(operation, descriptions));
      path[operation.method] = wordOperation(operation, { tag: tagOf(resource), writer, descriptions });
    }
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    paths: byKey(paths),
    definitions: byKey(writer.definitions),
    securityDefinitions: {
      BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
  };
}

function discoveryPaths(resources: readonly Resource[]): DiscoveryPath[] {
  const versions = groupVersionsOf(resources);
  const groups = new Set(versions.map(({ group }) => group).filter((group) => group !== ''));
  return [legacyVersions, groupList, ...[...groups].map(groupPath), ...versions.map(resourceListPath)];
}

const byKey = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

function parametersOf({ shared, kind }: Operation, descriptions: Descriptions): OpenApiSchema {
  const parameters = shared.map((name) => wordParameter(parameterOf(name, kind.kind, descriptions), false));
  return parameters.length > 0 ? { parameters } : {};
}

interface Wording {
  readonly tag: string;
  readonly writer: DefinitionWriter;
  readonly descriptions: Descriptions;
}

function wordOperation(operation: Operation, { tag, writer, descriptions }: Wording): OpenApiSchema {
  const { body, kind, query } = operation;
  const parameters = query.map((name) => wordParameter(parameterOf(name, kind.kind, descriptions), false));
  if (body) {
    parameters.unshift({
      in: 'body',
      name: 'body',
      ...(body.required && { required: true }),
      schema: writer.ref(body.type),
    });
  }
  return {
    description: operation.description,
    consumes: body?.type === PATCH_TYPE ? patchBodies(operation) : ['*/*'],
    produces: operation.result === undefined ? ['*/*'] : operation.isStream ? WRITTEN_STREAMS : WRITTEN,
    schemes: ['https'],
    tags: [tag],
    operationId: operation.id,
    ...(parameters.length > 0 && { parameters }),
    responses: responsesOf(operation, writer),
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': kind,
  };
}

/** Custom resources know no strategic merge. */
function patchBodies({ result }: Operation): readonly string[] {
  const isBuiltIn = result === undefined || hasType(result);
  return isBuiltIn ? PATCH_BODIES : PATCH_BODIES.filter((type) => !type.includes('strategic'));
}

function responsesOf({ result, codes }: Operation, writer: DefinitionWriter): OpenApiSchema {
  const schema = result === undefined ? { type: 'string' } : writer.ref(result);
  const answers = codes.map((code) => [code, { description: STATUS_TEXTS[code], schema }] as const);
  return { ...Object.fromEntries(answers), 401: { description: 'Unauthorized' } };
}
