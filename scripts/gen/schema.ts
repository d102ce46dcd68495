import { type FactField, type Facts, type FactType, isKind } from './facts.ts';

/**
 * The facts as one compact line a type, so that the server parses only what it meets.
 * A field is `json|number|type|flags` and then parts that start with a letter:
 * E enum, D default (JSON), L list type, K list map keys, M map type, S struct type, P patch strategies, G merge key.
 * Fields are joined by `;`; the first part of a line says what is true of the type itself.
 */
export function generateSchema(facts: Facts): string {
  const names = Object.keys(facts.types).sort();
  const indexOf = new Map(names.map((name, index) => [name, index]));
  const enums = Object.keys(facts.enums).sort();
  const enumIndex = new Map(enums.map((name, index) => [name, index]));
  const places: Places = { typeOf: (type) => shortType(type, indexOf), enumOf: (name) => enumIndex.get(name) ?? -1 };
  const lines = names.map((name) => typeLine(name, facts.types[name] ?? { fields: {} }, places));
  const values = enums.map((name) => [
    facts.enums[name]?.closed ? 1 : 0,
    name.split('.').slice(-2).join('.'),
    ...(facts.enums[name]?.values ?? []),
  ]);
  return `${JSON.stringify({ names, lines, enums: values }, null, 0)}\n`;
}

interface Places {
  typeOf(type: string): string;
  enumOf(name: string): number;
}

function shortType(type: string, indexOf: Map<string, number>): string {
  const map = /^map<string,(.+)>$/.exec(type);
  if (map?.[1]) return `{${shortType(map[1], indexOf)}`;
  const index = indexOf.get(type);
  return index === undefined ? type : `#${index}`;
}

/** Letters of a type: a atomic, u union, k has apiVersion and kind. */
function typeLine(name: string, type: FactType, places: Places): string {
  const markers = type.markers ?? [];
  const own = [...(markers.includes('structType=atomic') ? ['a'] : []), ...(markers.includes('union') ? ['u'] : [])];
  if (isKind(name, type)) own.push('k');
  return [own.join(''), ...Object.entries(type.fields).map(([key, field]) => fieldText(key, field, places))].join(';');
}

const FLAGS: readonly [keyof FactField, string][] = [
  ['repeated', 'r'],
  ['optional', 'o'],
  ['omitEmpty', 'e'],
  ['omitZero', 'z'],
  ['pointer', 'p'],
  ['inline', 'i'],
  ['required', 'q'],
];

function fieldText(key: string, field: FactField, places: Places): string {
  const flags = FLAGS.filter(([name]) => field[name]).map(([, letter]) => letter);
  if (field.markers?.includes('unionDiscriminator')) flags.push('d');
  const parts = [field.jsonName ?? key, String(field.number), places.typeOf(field.type), flags.join('')];
  const add = (letter: string, value: unknown) => {
    if (value !== undefined) parts.push(`${letter}${String(value)}`);
  };
  add('E', field.enum === undefined ? undefined : places.enumOf(field.enum));
  add('D', field.default === undefined ? undefined : defaultText(String(field.default)));
  add('L', field.listType);
  add('K', field.listMapKeys?.join(','));
  add('M', field.mapType);
  add('S', field.structType);
  add('P', field.patchStrategy);
  add('G', field.patchMergeKey);
  return parts.join('|');
}

/** What `+default=ref(...)` markers name, in upstream's Go constants. */
const CONSTANTS: Readonly<Record<string, string>> = {
  'ref(AzureDataDiskCachingReadWrite)': '"ReadWrite"',
  'ref(AzureSharedBlobDisk)': '"Shared"',
};

function defaultText(text: string): string {
  const value = CONSTANTS[text] ?? text;
  JSON.parse(value);
  if (/[|;]/.test(value)) throw new Error(`default ${value} would break the table's separators`);
  return value;
}
