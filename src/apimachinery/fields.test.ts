import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeFieldValue, fieldSelectorText, parseFieldSelector, unescapeFieldValue } from './fields.ts';

const equal = (field: string, value: string) => ({ field, isEqual: true, value });
const differs = (field: string, value: string) => ({ field, isEqual: false, value });

describe('a field selector', () => {
  it.each([
    ['', []],
    [',', []],
    ['a=b', [equal('a', 'b')]],
    ['a==b', [equal('a', 'b')]],
    ['a!=b', [differs('a', 'b')]],
    ['b=2,a=1', [equal('a', '1'), equal('b', '2')]],
    ['a=', [equal('a', '')]],
    ['=b', [equal('', 'b')]],
    ['a= b ', [equal('a', ' b ')]],
    [String.raw`a=1\,2`, [equal('a', '1,2')]],
    [String.raw`a=1\=2`, [equal('a', '1=2')]],
    [String.raw`a=\\`, [equal('a', '\\')]],
    [
      'spec.nodeName=node-1,status.phase!=Running',
      [equal('spec.nodeName', 'node-1'), differs('status.phase', 'Running')],
    ],
  ])('%j', (text, terms) => {
    expect(parseFieldSelector(text)).toEqual(terms);
  });

  it.each([
    ['a', "invalid selector: 'a'; can't understand 'a'"],
    ['a=b,c', "invalid selector: 'a=b,c'; can't understand 'c'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
    [String.raw`a=\x`, String.raw`invalid field selector: invalid escape sequence: \x`],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
  ])('%j is refused', (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(expect.objectContaining({ message }) as Error);
  });

  it('comes back from its text, whatever the values hold', () => {
    const word = fc.stringMatching(/^[a-z.]{1,8}$/);
    const term = fc.record({ field: word, isEqual: fc.boolean(), value: fc.string() });
    fc.assert(
      fc.property(fc.array(term, { maxLength: 3 }), (terms) => {
        const read = parseFieldSelector(fieldSelectorText(terms));
        expect(new Set(read.map((one) => JSON.stringify(one)))).toEqual(
          new Set(terms.map(({ field, isEqual, value }) => JSON.stringify({ field, isEqual, value }))),
        );
      }),
    );
  });

  it('escapes what would end a value', () => {
    expect(escapeFieldValue('a,b=c\\')).toBe('a\\,b\\=c\\\\');
    expect(unescapeFieldValue('a\\,b\\=c\\\\')).toBe('a,b=c\\');
  });
});
