import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { type Facts, shortName } from './facts.ts';
import { jsonFields } from './types.ts';

/** Type descriptions under the type's name, field descriptions under `type#field`, query parameters under `?name`. */
type Descriptions = Record<string, string>;

const GENERATED = new URL('../../node_modules/@kubernetes/client-node/dist/gen/', import.meta.url);

/** The prose of the API (Apache-2.0, from @kubernetes/client-node's files), brotli in base64: only `explain` needs it. */
export function generateDescriptions(facts: Facts): string {
  const texts: Descriptions = {};
  for (const type of Object.keys(facts.types).sort()) {
    const model = readModel(type);
    if (!model) continue;
    texts[type] = comment(/\/\*\*\n\* ([^\n]*)\n\*\/\nexport declare class/.exec(model)?.[1]);
    const fields = fieldComments(model);
    for (const field of ['apiVersion', 'kind', ...jsonFields(facts, type).keys()]) {
      const text = fields.get(field) ?? fields.get(field.replaceAll('-', '_'));
      if (text) texts[`${type}#${field}`] = text;
    }
  }
  for (const [name, text] of parameterComments()) texts[`?${name}`] = text;
  const packed = brotliCompressSync(JSON.stringify(texts), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return `${JSON.stringify({ brotli: packed.toString('base64') })}\n`;
}

function readModel(type: string): string | undefined {
  const parts = type.split('.');
  const version = capital(parts.at(-2) ?? '');
  const group = type.startsWith('k8s.io.api.') ? (parts[3] ?? '') : (parts.at(-3) ?? '');
  const names = [`${capital(group)}${version}${shortName(type)}`, `${version}${shortName(type)}`];
  const files = names.map((name) => new URL(`models/${name}.d.ts`, GENERATED));
  const found = files.find((file) => existsSync(file));
  return found && readFileSync(found, 'utf8');
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  '#39': "'",
  lt: '<',
  gt: '>',
  amp: '&',
  '#x60': '`',
  '#x3D': '=',
};

const comment = (text = '') =>
  text
    .replace(/\\?&([#\w]+);/g, (all, name: string) => ENTITIES[name] ?? all)
    .replace(/\\(['"`])/g, '$1')
    .trim();

function fieldComments(model: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const match of model.matchAll(/ {4}\/\*\*\n {4}\* ([^\n]*)\n {4}\*\/\n {4}'([^']+)'\??:/g)) {
    if (match[1] && match[2]) found.set(match[2].replace(/^_/, ''), comment(match[1]));
  }
  return found;
}

function parameterComments(): Map<string, string> {
  const found = new Map<string, string>();
  const folder = new URL('types/', GENERATED);
  const file = readdirSync(folder).find((name) => name === 'ObjectParamAPI.d.ts') ?? '';
  const text = readFileSync(new URL(file, folder), 'utf8');
  for (const match of text.matchAll(/ {4}\/\*\*\n {5}\* ([^\n]*)\n(?: {5}\*[^\n]*\n)*? {5}\*\/\n {4}(\w+)\??:/g)) {
    const name = match[2]?.replace(/^_/, '');
    if (match[1] && name && !found.has(name)) found.set(name, comment(match[1]));
  }
  return found;
}
