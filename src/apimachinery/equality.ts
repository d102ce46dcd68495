import { compareQuantities } from './quantity.ts';
import type { Schema } from './schema.ts';

/**
 * Whether two values mean the same: lists and maps that are missing equal empty ones, quantities are compared by
 * amount, times by the moment. A struct that is missing differs from an empty one (`emptyDir: {}`). Without a schema
 * only lists can be told to be such. Source: apimachinery api/equality.Semantic.
 */
export function semanticEqual(a: unknown, b: unknown, schema?: Schema): boolean {
  if (a === b) return true;
  if (isMissing(a) || isMissing(b)) return isVoid(a, schema) && isVoid(b, schema);
  if (schema?.kind === 'scalar') return scalarEqual(a, b, schema.scalar);
  if (Array.isArray(a) && Array.isArray(b)) {
    const items = schema?.kind === 'list' ? schema.items : undefined;
    return a.length === b.length && a.every((item, index) => semanticEqual(item, b[index], items));
  }
  if (isObject(a) && isObject(b)) return membersEqual(a, b, schema);
  return false;
}

type Members = Readonly<Record<string, unknown>>;

const isMissing = (value: unknown): value is null | undefined => value === undefined || value === null;
const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** Whether a value is missing, or as good as that. */
function isVoid(value: unknown, schema: Schema | undefined): boolean {
  if (isMissing(value)) return true;
  if (Array.isArray(value)) return value.length === 0;
  return schema?.kind === 'map' && isObject(value) && Object.keys(value).length === 0;
}

function membersEqual(a: Members, b: Members, schema: Schema | undefined): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  if (schema?.kind === 'map') {
    // In a map a key counts even where its value is empty.
    return [...names].every((name) => name in a && name in b && semanticEqual(a[name], b[name], schema.values));
  }
  const fields = schema?.kind === 'struct' ? schema.fields : undefined;
  return [...names].every((name) => semanticEqual(a[name], b[name], fields?.get(name)?.schema));
}

function scalarEqual(a: unknown, b: unknown, scalar: string): boolean {
  try {
    if (scalar === 'quantity') return compareQuantities(String(a), String(b)) === 0;
  } catch {
    return false;
  }
  if (scalar === 'time' || scalar === 'microTime') return Date.parse(String(a)) === Date.parse(String(b));
  return semanticEqual(a, b);
}
