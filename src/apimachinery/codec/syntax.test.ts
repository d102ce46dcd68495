import { describe, expect, it } from 'vitest';
import { jsonSyntaxError } from './syntax.ts';

describe('why a text is no JSON', () => {
  it.each([
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['"abc', 'unexpected end of JSON input'],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['-a', "invalid character 'a' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['trae', "invalid character 'a' in literal true (expecting 'u')"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['tru', "invalid character ' ' in literal true (expecting 'e')"],
    ['-', "invalid character ' ' in numeric literal"],
    ['"\\', "invalid character ' ' in string escape code"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ['01', "invalid character '1' after top-level value"],
  ])('%j', (text, why) => {
    expect(jsonSyntaxError(text)).toBe(why);
  });

  it.each(['{}', ' [1, -2.5e+3, "\\u00e4\\n", true, false, null] ', '{"a":{"b":[{}]}}'])(
    'finds nothing in %s',
    (text) => {
      expect(jsonSyntaxError(text)).toBeUndefined();
    },
  );
});
