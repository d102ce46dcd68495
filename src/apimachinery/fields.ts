import { badRequest } from './status.ts';

/** One condition of a field selector. */
export interface FieldTerm {
  readonly field: string;
  readonly isEqual: boolean;
  readonly value: string;
}

const OPERATORS = ['!=', '==', '='] as const;

/**
 * `a=b,c!=d`; in values `\,`, `\=` and `\\` stand for themselves. Terms come in the order of their text.
 * Source: apimachinery fields.ParseSelector. @throws {StatusError} 400
 */
export function parseFieldSelector(text: string): FieldTerm[] {
  return splitTerms(text)
    .sort()
    .filter((term) => term !== '')
    .map((term) => {
      const found = splitTerm(term);
      if (!found) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      return found;
    });
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function splitTerm(term: string): FieldTerm | undefined {
  for (let at = 0; at < term.length; at++) {
    const operator = OPERATORS.find((one) => term.startsWith(one, at));
    if (!operator) continue;
    const value = unescapeFieldValue(term.slice(at + operator.length));
    return { field: term.slice(0, at), isEqual: operator !== '!=', value };
  }
  return undefined;
}

/** @throws {StatusError} 400 for a mark that is not escaped, or an escape that there is not. */
export function unescapeFieldValue(text: string): string {
  let value = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === ',' || character === '=') {
      const code = character.charCodeAt(0);
      throw badRequest(`invalid field selector: unescaped character in value: ${code}`);
    }
    if (character !== '\\') value += character;
    else {
      const escaped = text.charAt(++at);
      if (!['\\', ',', '='].includes(escaped)) {
        throw badRequest(`invalid field selector: invalid escape sequence: \\${escaped}`);
      }
      value += escaped;
    }
  }
  return value;
}

export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

/** The selector in the form of query parameters. */
export function fieldSelectorText(terms: readonly FieldTerm[]): string {
  return terms
    .map(({ field, isEqual, value }) => `${field}${isEqual ? '=' : '!='}${escapeFieldValue(value)}`)
    .join(',');
}
