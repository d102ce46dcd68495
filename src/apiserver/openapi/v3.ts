import type { Resource } from '#apimachinery/resource.ts';
import { hasType } from '#apimachinery/schema-row.ts';
import { DefinitionWriter, type OpenApiSchema, V3 } from './definitions.ts';
import type { Descriptions } from './descriptions.ts';
import { type DiscoveryPath, resourceListPath, wordDiscovery } from './discovery-paths.ts';
import { servedKinds } from './kinds.ts';
import { type GroupVersion, tagOf } from './names.ts';
import { type Operation, operationsOf } from './operations.ts';
import { parameterOf, wordParameter } from './parameters.ts';
import { STATUS_TEXTS, WRITTEN, WRITTEN_STREAMS } from './wording.ts';

export interface OpenApiSources {
  /** Every resource that is served; the document is that of one group and version. */
  readonly resources: readonly Resource[];
  readonly descriptions: Descriptions;
  /** OpenAPI schemas of custom resources, by `Resource.type`. */
  readonly custom?: ((type: string) => OpenApiSchema | undefined) | undefined;
}

const PATCH_BODIES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** The OpenAPI v3 document of one group and version, as a plain value. */
export function openApiV3({ resources, descriptions, custom }: OpenApiSources, at: GroupVersion): OpenApiSchema {
  const writer = new DefinitionWriter(V3, { descriptions, kinds: servedKinds(resources), custom });
  const own = resources.filter(({ group, version }) => group === at.group && version === at.version);
  const discovery = resourceListPath(at);
  const paths: Record<string, OpenApiSchema> = { [discovery.path]: wordDiscovery(discovery, writer, true) };
  for (const operation of own.flatMap(operationsOf)) {
    const path = (paths[operation.path] ??= parametersOf(operation, descriptions));
    path[operation.method] = wordOperation(operation, { at, writer, descriptions });
  }
  return documentOf(paths, writer);
}

/** The document of a discovery path: `/api/`, `/apis/`, `/apis/<group>/`. */
export function openApiV3Discovery(path: DiscoveryPath, descriptions: Descriptions): OpenApiSchema {
  const writer = new DefinitionWriter(V3, { descriptions, kinds: servedKinds([]) });
  return documentOf({ [path.path]: wordDiscovery(path, writer, true) }, writer);
}

function documentOf(paths: Record<string, OpenApiSchema>, writer: DefinitionWriter): OpenApiSchema {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    paths: byKey(paths),
    components: {
      schemas: byKey(writer.definitions),
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'Bearer Token authentication',
          name: 'authorization',
          in: 'header',
        },
      },
    },
  };
}

const byKey = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

function parametersOf({ shared, kind }: Operation, descriptions: Descriptions): OpenApiSchema {
  const parameters = shared.map((name) => wordParameter(parameterOf(name, kind.kind, descriptions), true));
  return parameters.length > 0 ? { parameters } : {};
}

interface Wording {
  readonly at: GroupVersion;
  readonly writer: DefinitionWriter;
  readonly descriptions: Descriptions;
}

function wordOperation(operation: Operation, { at, writer, descriptions }: Wording): OpenApiSchema {
  const { body, kind, query } = operation;
  const parameters = query.map((name) => wordParameter(parameterOf(name, kind.kind, descriptions), true));
  const types = operation.isPatch ? patchBodies(operation) : ['*/*'];
  return {
    tags: [tagOf(at)],
    description: operation.description,
    operationId: operation.id,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        content: Object.fromEntries(types.map((type) => [type, { schema: writer.ref(body.type) }])),
        ...(body.required && { required: true }),
      },
    }),
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

function responsesOf({ result, codes, isStream }: Operation, writer: DefinitionWriter): OpenApiSchema {
  const schema = result === undefined ? { type: 'string' } : writer.ref(result);
  const types = result === undefined ? ['*/*'] : isStream ? WRITTEN_STREAMS : WRITTEN;
  const content = Object.fromEntries(types.map((type) => [type, { schema }]));
  const answers = codes.map((code) => [code, { description: STATUS_TEXTS[code], content }] as const);
  return { ...Object.fromEntries(answers), 401: { description: 'Unauthorized' } };
}
