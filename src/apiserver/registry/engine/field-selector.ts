import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { badRequest } from '#apimachinery/status.ts';

export interface FieldTerm {
  readonly field: string;
  readonly isEqual: boolean;
  readonly value: string;
}

/** `a=b,c!=d`; `\,`, `\=` and `\\` stand for themselves. Source: apimachinery fields.ParseSelector. @throws {StatusError} 400 */
export function parseFieldSelector(text: string): FieldTerm[] {
  return splitTerms(text).map((term) => {
    const match = /^((?:[^\\=!]|\\.|!(?!=))*?)(!=|==|=)(.*)$/s.exec(term);
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, value = ''] = match;
    return { field, isEqual: operator !== '!=', value: unescape(value) };
  });
}

function splitTerms(text: string): string[] {
  const terms: string[] = [''];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === ',') terms.push('');
    else if (character === '\\') terms[terms.length - 1] += character + text.charAt(++at);
    else terms[terms.length - 1] += character;
  }
  return terms.filter((term) => term !== '');
}

function unescape(value: string): string {
  return value.replace(/\\([\\,=])/g, '$1');
}

/** How to read a field of the resource's objects. @throws {StatusError} 400 for a field that cannot be selected by. */
export function fieldReader(resource: Resource, field: string): (object: KubeObject) => string {
  if (field === 'metadata.name') return (object) => object.metadata.name;
  if (field === 'metadata.namespace' && resource.scope === 'Namespaced')
    return ({ metadata }) => metadata.namespace ?? '';
  const read = resource.selectableFields?.[field];
  if (read) return read;
  if (field === 'metadata.namespace') return () => '';
  throw badRequest(unsupported(resource, field));
}

/** Kinds with selectable fields of their own say it in their own words. */
function unsupported(resource: Resource, field: string): string {
  if (resource.selectableFields) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
