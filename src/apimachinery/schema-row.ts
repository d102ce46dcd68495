import { invariant } from '#base/invariant.ts';
import generated from '../gen/schema.json' with { type: 'json' };

/** One field as the generated table has it, before inlined structs are flattened. */
export interface FieldRow {
  /** JSON name; for an inlined struct only a label. */
  readonly name: string;
  readonly number: number;
  /** Full type name, `map<string,T>`, or a protobuf scalar; without the repetition. */
  readonly type: string;
  readonly repeated: boolean;
  readonly optional: boolean;
  readonly omitEmpty: boolean;
  readonly omitZero: boolean;
  readonly pointer: boolean;
  readonly inline: boolean;
  readonly required: boolean;
  readonly discriminator: boolean;
  readonly enum: EnumRow | undefined;
  readonly default: unknown;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: string | undefined;
  readonly structType: string | undefined;
  readonly patchStrategy: string | undefined;
  readonly patchMergeKey: string | undefined;
}

export interface EnumRow {
  /** As Go prints the type: `v1.PullPolicy`. */
  readonly goType: string;
  readonly values: readonly string[];
  readonly closed: boolean;
}

export interface TypeRow {
  readonly name: string;
  readonly atomic: boolean;
  readonly union: boolean;
  /** Whether values say their own `apiVersion` and `kind`. */
  readonly isKind: boolean;
  readonly fields: readonly FieldRow[];
}

const table: { names: string[]; lines: string[]; enums: (string | number)[][] } = generated;
const rows = new Map<string, TypeRow>();
const positions = new Map(table.names.map((name, index) => [name, index]));

export const hasType = (name: string): boolean => positions.has(name);

/** The row of a type, parsed on first use. @throws {InvariantViolation} for a type that the table does not have. */
export function typeRow(name: string): TypeRow {
  const known = rows.get(name);
  if (known) return known;
  const line = table.lines[positions.get(name) ?? -1];
  invariant(line !== undefined, `the schema table has ${name}`);
  const [own = '', ...fields] = line.split(';');
  const row: TypeRow = {
    name,
    atomic: own.includes('a'),
    union: own.includes('u'),
    isKind: own.includes('k'),
    fields: fields.map(parseField),
  };
  rows.set(name, row);
  return row;
}

/** A union of a type: its discriminator, if it has one, and the fields of which at most one is set. */
export function unionMembers(row: TypeRow): { discriminator: string | undefined; members: readonly string[] } {
  const discriminator = row.fields.find((field) => field.discriminator)?.name;
  return { discriminator, members: row.fields.filter((field) => !field.discriminator).map(({ name }) => name) };
}

function parseField(text: string): FieldRow {
  const [name = '', number = '0', type = '', flags = '', ...parts] = text.split('|');
  const part = (letter: string) => parts.find((one) => one.startsWith(letter))?.slice(1);
  const preset = part('D');
  return {
    name,
    number: Number(number),
    type: longType(type),
    repeated: flags.includes('r'),
    optional: flags.includes('o'),
    omitEmpty: flags.includes('e'),
    omitZero: flags.includes('z'),
    pointer: flags.includes('p'),
    inline: flags.includes('i'),
    required: flags.includes('q'),
    discriminator: flags.includes('d'),
    enum: enumRow(part('E')),
    default: preset === undefined ? undefined : (JSON.parse(preset) as unknown),
    listType: part('L') as FieldRow['listType'],
    listMapKeys: part('K')?.split(',') ?? [],
    mapType: part('M'),
    structType: part('S'),
    patchStrategy: part('P'),
    patchMergeKey: part('G'),
  };
}

function longType(type: string): string {
  if (type.startsWith('{')) return `map<string,${longType(type.slice(1))}>`;
  return type.startsWith('#') ? (table.names[Number(type.slice(1))] ?? type) : type;
}

function enumRow(index: string | undefined): EnumRow | undefined {
  const found = index === undefined ? undefined : table.enums[Number(index)];
  return found && { closed: found[0] === 1, goType: String(found[1]), values: found.slice(2).map(String) };
}
