import type { OpenApiSchema } from './definitions.ts';
import type { Descriptions } from './descriptions.ts';

/** A parameter in neither version's words. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly description: string | undefined;
  readonly required: boolean;
  readonly type: 'string' | 'boolean' | 'integer';
}

const BOOLEANS = new Set([
  'allowWatchBookmarks',
  'follow',
  'force',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'insecureSkipTLSVerifyBackend',
  'orphanDependents',
  'previous',
  'sendInitialEvents',
  'stderr',
  'stdin',
  'stdout',
  'timestamps',
  'tty',
  'watch',
]);
const INTEGERS = new Set([
  'gracePeriodSeconds',
  'limit',
  'limitBytes',
  'ports',
  'sinceSeconds',
  'tailLines',
  'timeoutSeconds',
]);

/** The parameter of a name; `{path}` is the rest of a proxied path, `path` its query form. */
export function parameterOf(name: string, kind: string, descriptions: Descriptions): Parameter {
  if (name === '{path}') {
    return { name: 'path', in: 'path', description: 'path to the resource', required: true, type: 'string' };
  }
  const isPath = name === 'name' || name === 'namespace';
  return {
    name,
    in: isPath ? 'path' : 'query',
    description: name === 'name' ? `name of the ${kind}` : descriptions.of(`?${name}`),
    required: isPath,
    type: BOOLEANS.has(name) ? 'boolean' : INTEGERS.has(name) ? 'integer' : 'string',
  };
}

/** OpenAPI 2 says the type beside the name, OpenAPI 3 in a schema. */
export function wordParameter({ name, type, description, required, ...rest }: Parameter, isV3: boolean): OpenApiSchema {
  const typed = { type, uniqueItems: true };
  return {
    name,
    in: rest.in,
    ...(description && { description }),
    ...(required && { required }),
    ...(isV3 ? { schema: typed } : typed),
  };
}
