import type { Schema, StructSchema } from '../schema.ts';

/** Upstream stops collecting there. Source: sigs.k8s.io/json. */
const MOST_ERRORS = 100;

/** How many members all objects of a JSON text have, repeated ones included; the text must be valid. */
export function countMembersOf(text: string): number {
  let count = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === COLON) count++;
  }
  return count;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** How many members a parsed value has. Fewer than its text had means that some were repeated. */
export function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') count += countMembers(item);
    return count;
  }
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    count += 1 + (typeof member === 'object' ? countMembers(member) : 0);
  }
  return count;
}

/** `unknown field "…"` and `duplicate field "…"` of a valid JSON text, in its own order. */
export function strictErrors(text: string, schema: StructSchema): string[] {
  const reader = new StrictReader(text);
  reader.value(schema, '');
  return [...reader.errors].slice(0, MOST_ERRORS);
}

class StrictReader {
  readonly errors = new Set<string>();
  readonly #tokens: Iterator<RegExpExecArray>;
  #next: string | undefined;
  constructor(text: string) {
    this.#tokens = text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs);
    this.#advance();
  }

  #advance(): string {
    const current = this.#next ?? '';
    const step = this.#tokens.next();
    this.#next = step.done ? undefined : step.value[0];
    return current;
  }

  /** Reads one value; without a schema nothing in it is judged. */
  value(schema: Schema | undefined, path: string): void {
    const token = this.#advance();
    if (token === '{') this.#object(schema, path);
    else if (token === '[') this.#array(schema, path);
  }

  #array(schema: Schema | undefined, path: string): void {
    for (let index = 0; this.#next !== ']'; index++) {
      this.value(schema?.kind === 'list' ? schema.items : undefined, `${path}[${index}]`);
      if (this.#next === ',') this.#advance();
    }
    this.#advance();
  }

  #object(schema: Schema | undefined, path: string): void {
    const seen = new Set<string>();
    while (this.#next !== '}') {
      const key = JSON.parse(this.#advance()) as string;
      this.#advance();
      const at = path === '' ? key : `${path}.${key}`;
      this.value(this.#member(schema, { key, at, seen }), at);
      if (this.#next === ',') this.#advance();
    }
    this.#advance();
  }

  #member(schema: Schema | undefined, place: { key: string; at: string; seen: Set<string> }): Schema | undefined {
    const { key, at, seen } = place;
    if (schema?.kind !== 'struct' && schema?.kind !== 'map') return undefined;
    const known = schema.kind === 'map' ? schema.values : schema.fields.get(key)?.schema;
    if (!known && schema.kind === 'struct' && !schema.preserveUnknownFields) {
      this.errors.add(`unknown field ${JSON.stringify(at)}`);
    } else if (seen.has(key)) this.errors.add(`duplicate field ${JSON.stringify(at)}`);
    seen.add(key);
    return known;
  }
}

/** The errors for paths that the schema does not have. */
export function unknownFieldErrors(paths: readonly string[]): string[] {
  return [...new Set(paths)].slice(0, MOST_ERRORS).map((path) => `unknown field ${JSON.stringify(path)}`);
}
