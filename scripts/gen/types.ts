import { type FactField, type Facts, type FactType, moduleOf, shortName } from './facts.ts';

/** Types whose JSON is not the struct that protobuf shows. */
const SCALARS: Readonly<Record<string, string>> = {
  'k8s.io.apimachinery.pkg.apis.meta.v1.Time': 'string',
  'k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime': 'string',
  'k8s.io.apimachinery.pkg.apis.meta.v1.Duration': 'string',
  'k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1': 'Record<string, unknown>',
  'k8s.io.apimachinery.pkg.api.resource.Quantity': 'string',
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': 'number | string',
  'k8s.io.apimachinery.pkg.runtime.RawExtension': 'Record<string, unknown>',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON': 'unknown',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray':
    'JSONSchemaProps | JSONSchemaProps[]',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'JSONSchemaProps | boolean',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'JSONSchemaProps | string[]',
};

const OBJECT_META = 'k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const LIST_META = 'k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta';
/** What the server always fills, so that readers need not ask. */
const ALWAYS_IN_META = new Set(['name', 'uid', 'resourceVersion', 'creationTimestamp']);
/** Struct fields that decoding always fills in top-level kinds and templates. */
const ALWAYS_STRUCTS = new Set(['metadata', 'spec', 'status', 'template']);

const EMBEDDED = /(TemplateSpec|PersistentVolumeClaimTemplate)$/;

const isTopLevel = (name: string, type: FactType): boolean =>
  [OBJECT_META, LIST_META].includes(type.fields['metadata']?.type ?? '') && !EMBEDDED.test(name);

/** The flattened fields of a type, inlined structs included, by JSON name. */
export function jsonFields(facts: Facts, name: string): Map<string, FactField> {
  const fields = new Map<string, FactField>();
  for (const [key, field] of Object.entries(facts.types[name]?.fields ?? {})) {
    if (field.inline) for (const [inner, value] of jsonFields(facts, field.type)) fields.set(inner, value);
    else fields.set(field.jsonName ?? key, field);
  }
  return fields;
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int32: 'number',
  int64: 'number',
  double: 'number',
  string: 'string',
  bytes: 'string',
};

function typeText(facts: Facts, name: string, home: string, imports: Map<string, Set<string>>): string {
  const map = /^map<string,(.+)>$/.exec(name);
  if (map?.[1]) return `Record<string, ${typeText(facts, map[1], home, imports)}>`;
  const scalar = PRIMITIVES[name] ?? SCALARS[name];
  if (scalar) return scalar;
  // Lists that protobuf had to wrap: `ExtraValue`, `Verbs`.
  const items = facts.types[name]?.fields['items'];
  if (items?.repeated && Object.keys(facts.types[name]?.fields ?? {}).length === 1 && items.type === 'string') {
    return 'string[]';
  }
  const module = moduleOf(name);
  if (module !== home) imports.set(module, (imports.get(module) ?? new Set()).add(shortName(name)));
  return shortName(name);
}

function enumText(facts: Facts, field: FactField): string | undefined {
  const found = field.enum ? facts.enums[field.enum] : undefined;
  if (!found) return undefined;
  return found.values.map((value) => `'${value}'`).join(' | ') + (found.closed ? '' : ' | (string & {})');
}

interface FieldPlace {
  type: string;
  topLevel: boolean;
  key: string;
}

function isRequired(field: FactField, { type, topLevel, key }: FieldPlace): boolean {
  if (type === OBJECT_META) return ALWAYS_IN_META.has(key);
  const isStruct = field.type.startsWith('k8s.io.') && !(field.type in SCALARS) && !field.pointer;
  if (ALWAYS_STRUCTS.has(key) && isStruct && !field.repeated) return topLevel || key !== 'metadata';
  return !field.optional && !field.pointer && !field.omitEmpty && (!isStruct || Boolean(field.repeated));
}

function interfaceText(facts: Facts, name: string, imports: Map<string, Set<string>>): string {
  const type = facts.types[name];
  if (!type) return '';
  const home = moduleOf(name);
  const topLevel = isTopLevel(name, type);
  const lines: string[] = [];
  const typeMeta = topLevel || shortName(name) === 'Status' || shortName(name) === 'DeleteOptions';
  if (typeMeta) lines.push('  apiVersion?: string | undefined;', '  kind?: string | undefined;');
  for (const [key, field] of jsonFields(facts, name)) {
    if (typeMeta && (key === 'kind' || key === 'apiVersion')) continue;
    let text = enumText(facts, field) ?? typeText(facts, field.type, home, imports);
    if (field.type === OBJECT_META && !topLevel) text = 'Partial<ObjectMeta>';
    if (field.repeated) text = /[|&]/.test(text) ? `(${text})[]` : `${text}[]`;
    const required = isRequired(field, { type: name, topLevel, key });
    const safeKey = /^[A-Za-z_]\w*$/.test(key) ? key : `'${key}'`;
    lines.push(required ? `  ${safeKey}: ${text};` : `  ${safeKey}?: ${text} | undefined;`);
  }
  return `export interface ${shortName(name)} {\n${lines.join('\n')}\n}\n`;
}

/** One module of interfaces per group and version: file name to text. */
export function generateTypes(facts: Facts): Map<string, string> {
  const modules = new Map<string, { bodies: string[]; imports: Map<string, Set<string>> }>();
  for (const name of Object.keys(facts.types).sort()) {
    const home = moduleOf(name);
    const module = modules.get(home) ?? { bodies: [], imports: new Map<string, Set<string>>() };
    modules.set(home, module);
    if (!(name in SCALARS)) module.bodies.push(interfaceText(facts, name, module.imports));
  }
  const files = new Map<string, string>();
  for (const [home, { bodies, imports }] of modules) {
    const lines = [...imports]
      .sort()
      .map(([from, names]) => `import type { ${[...names].sort().join(', ')} } from '#gen/${from}.ts';\n`);
    files.set(
      `${home}.ts`,
      `// Generated by npm run gen from facts/. Do not edit.\n${lines.join('')}\n${bodies.join('\n')}`,
    );
  }
  return files;
}
