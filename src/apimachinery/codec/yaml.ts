import { type Document, parseDocument, stringify, type YAMLError } from 'yaml';
import type { KubeObject } from '../object.ts';
import { badRequest } from '../status.ts';
import { UnreadableBody } from './errors.ts';
import { type DecodeOptions, decodeText } from './json.ts';
import { describeFailure } from './kind.ts';

/** Bounds what aliases may expand to ("billion laughs"). */
const MOST_ALIASES = 100;

export interface ParsedYaml {
  readonly value: unknown;
  /** One sentence for each key that a mapping has twice; its last value counts. */
  readonly notes: readonly string[];
}

/**
 * The first document of a text in YAML 1.1, as Kubernetes reads it: `on` and `yes` are true, `010` is 8, dates stay text.
 * @throws {UnreadableBody} with the line.
 */
export function parseYaml(text: string): ParsedYaml {
  const document = parseDocument(text, {
    version: '1.1',
    merge: true,
    // Go's reader has neither timestamps nor sexagesimal numbers.
    customTags: (tags) =>
      tags.filter(
        (tag) =>
          typeof tag === 'string' ||
          (tag.tag !== 'tag:yaml.org,2002:timestamp' && !('format' in tag && tag.format === 'TIME')),
      ),
  });
  const fatal = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY' && code !== 'MULTIPLE_DOCS');
  if (fatal) throw unreadable(fatal);
  return { value: valueOf(document), notes: notesOf(document, text) };
}

function valueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnreadableBody(`error converting YAML to JSON: yaml: ${why}`, { cause: error });
  }
}

const lineOf = ({ linePos }: YAMLError): number => linePos?.[0].line ?? 1;

function unreadable(error: YAMLError): UnreadableBody {
  const why = error.message.split(' at line ')[0]?.split('\n')[0] ?? error.message;
  return new UnreadableBody(`error converting YAML to JSON: yaml: line ${lineOf(error)}: ${why}`, { cause: error });
}

function notesOf({ errors }: Document.Parsed, text: string): string[] {
  const repeated = errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  if (repeated.length === 0) return [];
  const lines = repeated.map((error) => {
    const key = /^["']?([^"':\s]+)/.exec(text.slice(error.pos[0]))?.[1] ?? '';
    return `  line ${lineOf(error)}: key ${JSON.stringify(key)} already set in map`;
  });
  return [`error converting YAML to JSON: yaml: unmarshal errors:\n${lines.join('\n')}`];
}

/** A YAML body as a canonical object. @throws {StatusError} 400 with upstream's sentence. */
export function decodeYaml(bytes: Uint8Array, options: DecodeOptions): KubeObject {
  try {
    const { value, notes } = parseYaml(Buffer.from(bytes).toString());
    return decodeText(JSON.stringify(value ?? null), options, { bytes, notes });
  } catch (error) {
    if (!(error instanceof UnreadableBody)) throw error;
    throw badRequest(describeFailure(error.message, { expected: options.expected, said: undefined, bytes }));
  }
}

/** YAML that a 1.1 reader understands, keys sorted. */
export function encodeYaml(object: unknown): Buffer {
  // Through JSON, so that nothing but plain values and no undefined reaches the writer.
  const plain: unknown = JSON.parse(JSON.stringify(object));
  return Buffer.from(
    stringify(plain, {
      version: '1.1',
      sortMapEntries: true,
      indentSeq: false,
      lineWidth: 0,
      aliasDuplicateObjects: false,
    }),
  );
}
