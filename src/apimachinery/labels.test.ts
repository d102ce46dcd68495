import { describe, expect, it } from 'vitest';
import type { LabelSelector } from '#gen/meta/v1.ts';
import { parseLabelSelector } from './label-parser.ts';
import { isEmptySelector, labelMatcher, labelSelectorText, selects } from './labels.ts';

describe('the text of a label selector', () => {
  const one = (key: string, operator: string, ...values: string[]) => ({ key, operator, values });
  it.each([
    ['', []],
    ['app', [one('app', 'exists')]],
    ['!app', [one('app', '!')]],
    [' ! app ', [one('app', '!')]],
    ['app=web', [one('app', '=', 'web')]],
    ['app == web', [one('app', '==', 'web')]],
    ['app!=web', [one('app', '!=', 'web')]],
    ['app=', [one('app', '=', '')]],
    ['app=,b', [one('app', '=', ''), one('b', 'exists')]],
    ['b,a', [one('a', 'exists'), one('b', 'exists')]],
    ['a in (y,x,y)', [one('a', 'in', 'x', 'y')]],
    ['a notin(x)', [one('a', 'notin', 'x')]],
    ['a in ()', [one('a', 'in', '')]],
    ['a in (,)', [one('a', 'in', '')]],
    ['a in (x,)', [one('a', 'in', '', 'x')]],
    ['a in (,x)', [one('a', 'in', '', 'x')]],
    ['a in (x,,y)', [one('a', 'in', '', 'x', 'y')]],
    ['in in (in)', [one('in', 'in', 'in')]],
    ['notin=in', [one('notin', '=', 'in')]],
    ['a>1', [one('a', 'gt', '1')]],
    ['example.com/a=b', [one('example.com/a', '=', 'b')]],
  ])('%j', (text, requirements) => {
    expect(parseLabelSelector(text)).toEqual(requirements);
  });

  const list = 'in, notin, =, ==, !=, gt, lt';
  it.each([
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['=', "found '=', expected: !, identifier, or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['a b', `unable to parse requirement: found 'b', expected: ${list}`],
    ['a(', `unable to parse requirement: found '(', expected: ${list}`],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['a==(', "unable to parse requirement: found '(', expected: identifier"],
    ['a in x', "unable to parse requirement: found 'x' expected: '('"],
    ['a in (x', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in (x y)', "unable to parse requirement: found 'y', expected: ',' or ')'"],
    ['a in (=)', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
    ['a in (x,=)', "unable to parse requirement: found '=', expected: ',', or identifier"],
    [
      'a>x',
      `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
  ])('%j is refused', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ message }) as Error);
  });

  it.each([
    ['-a', /^unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of/],
    ['a<-5', /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "-5": a valid label must be/],
    ['a=-', /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "-": a valid label must be/],
    ['a in (-,+)', /^unable to parse requirement: \[values\[0\]\[a\]: Invalid value: "\+": .*, values\[1\]\[a\]: /],
  ])('%j is refused with the rule that it breaks', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(message);
  });

  it('is a bad request where it cannot be read', () => {
    expect(() => parseLabelSelector('a b')).toThrow(
      expect.objectContaining({ status: expect.objectContaining({ code: 400, reason: 'BadRequest' }) }) as Error,
    );
  });
});

describe('matching', () => {
  const labels = { app: 'web', tier: 'front', size: '7', empty: '' };
  it.each([
    ['', true],
    ['app', true],
    ['none', false],
    ['!none', true],
    ['!app', false],
    ['app=web', true],
    ['app=db', false],
    ['none=', false],
    ['empty=', true],
    ['app!=db', true],
    ['none!=x', true],
    ['app!=web', false],
    ['app in (web,db)', true],
    ['app in (db)', false],
    ['none in ()', false],
    ['empty in ()', true],
    ['app notin (db)', true],
    ['app notin (web)', false],
    ['none notin (x)', true],
    ['size>6', true],
    ['size>7', false],
    ['size<8', true],
    ['app>1', false],
    ['none<1', false],
    ['app=web,tier=front', true],
    ['app=web,tier=back', false],
    ['constructor', false],
    ['toString!=x', true],
  ])('%j', (text, isMatch) => {
    expect(labelMatcher(text)(labels)).toBe(isMatch);
  });

  it('compares numbers beyond what floating point can tell apart', () => {
    expect(labelMatcher('n>9007199254740992')({ n: '9007199254740993' })).toBe(true);
  });
});

describe('the selector of an object', () => {
  const labels = { app: 'web' };
  const expression = (operator: string, values?: string[], key = 'app'): LabelSelector => ({
    matchExpressions: [{ key, operator, ...(values && { values }) }],
  });
  it.each<[LabelSelector | undefined, boolean]>([
    [undefined, false],
    [{}, true],
    [{ matchLabels: {} }, true],
    [{ matchLabels: { app: 'web' } }, true],
    [{ matchLabels: { app: 'web', tier: 'x' } }, false],
    [expression('In', ['web']), true],
    [expression('In', ['db']), false],
    [expression('In', ['web'], 'none'), false],
    [expression('NotIn', ['web']), false],
    [expression('NotIn', ['web'], 'none'), true],
    [expression('Exists'), true],
    [expression('DoesNotExist'), false],
    [expression('DoesNotExist', [], 'none'), true],
    [expression('Near', ['web']), false],
    [{ matchLabels: { app: 'web' }, ...expression('NotIn', ['web']) }, false],
  ])('%j', (selector, isMatch) => {
    expect(selects(selector, labels)).toBe(isMatch);
  });

  it('sees no labels where there are none', () => {
    expect(selects({}, undefined)).toBe(true);
    expect(selects({ matchLabels: { app: '' } }, undefined)).toBe(false);
  });

  it.each<[LabelSelector | undefined, boolean]>([
    [undefined, false],
    [{}, true],
    [{ matchLabels: {}, matchExpressions: [] }, true],
    [{ matchLabels: { a: 'b' } }, false],
    [expression('Exists'), false],
  ])('is empty: %j', (selector, isEmpty) => {
    expect(isEmptySelector(selector)).toBe(isEmpty);
  });

  it('becomes text that selects the same', () => {
    const selector = {
      matchLabels: { tier: 'front', app: 'web' },
      matchExpressions: [
        { key: 'size', operator: 'In', values: ['l', 'a'] },
        { key: 'old', operator: 'DoesNotExist' },
        { key: 'new', operator: 'Exists' },
        { key: 'zone', operator: 'NotIn', values: ['a'] },
      ],
    };
    const text = labelSelectorText(selector);
    expect(text).toBe('app=web,new,!old,size in (a,l),tier=front,zone notin (a)');
    for (const have of [
      { app: 'web', tier: 'front', size: 'l', new: '' },
      { app: 'web', tier: 'front', size: 'l', new: '', zone: 'a' },
      { app: 'web' },
    ]) {
      expect(labelMatcher(text)(have)).toBe(selects(selector, have));
    }
    expect(labelSelectorText(undefined)).toBe('');
  });
});
