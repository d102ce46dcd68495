import { describe, expect, it } from 'vitest';
import {
  asObjectName,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  type NameRule,
  pathSegment,
  qualifiedName,
  wildcardDns1123Subdomain,
} from './names.ts';

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const DNS_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const TOO_LONG = (bytes: number) => `must be no more than ${bytes} bytes`;

const cases: Readonly<Record<string, readonly [NameRule, readonly (readonly [string, readonly string[]])[]]>> = {
  'a DNS label': [
    dns1123Label,
    [
      ['a', []],
      ['0-9', []],
      ['a'.repeat(63), []],
      ['a'.repeat(64), [TOO_LONG(63)]],
      ['', [LABEL]],
      ['A', [LABEL]],
      ['-a', [LABEL]],
      ['a-', [LABEL]],
      ['a_b', [LABEL]],
      ['a.b', ['must not contain dots']],
      [`${'a'.repeat(64)}.b`, [TOO_LONG(63), 'must not contain dots']],
      ['a.B', [LABEL]],
      ['a\n', [LABEL]],
    ],
  ],
  'a DNS subdomain': [
    dns1123Subdomain,
    [
      ['example.com', []],
      ['a', []],
      ['1.2.3', []],
      ['', [SUBDOMAIN]],
      ['a..b', [SUBDOMAIN]],
      ['.a', [SUBDOMAIN]],
      ['system:x', [SUBDOMAIN]],
      ['a'.repeat(254), [TOO_LONG(253)]],
      ['ü'.repeat(127), [TOO_LONG(253), SUBDOMAIN]],
    ],
  ],
  'a DNS-1035 label': [
    dns1035Label,
    [
      ['my-name', []],
      ['1a', [DNS_1035]],
      ['a.b', [DNS_1035]],
      ['a'.repeat(64), [TOO_LONG(63)]],
    ],
  ],
  'a wildcard': [
    wildcardDns1123Subdomain,
    [
      ['*.example.com', []],
      ['example.com', [expect.stringContaining("must start with '*.'") as unknown as string]],
      ['*.*.com', [expect.stringContaining("must start with '*.'") as unknown as string]],
    ],
  ],
  'a path segment': [
    pathSegment,
    [
      ['system:node', []],
      ['.', ["may not be '.'"]],
      ['..', ["may not be '..'"]],
      ['a/b%', ["may not contain '/'", "may not contain '%'"]],
    ],
  ],
  'a qualified name': [
    qualifiedName,
    [
      ['app', []],
      ['App_1.x', []],
      ['example.com/app', []],
      ['', ['name part must be non-empty', `name part ${QUALIFIED}`]],
      ['/app', ['prefix part must be non-empty']],
      ['example.com/', ['name part must be non-empty', `name part ${QUALIFIED}`]],
      ['Example.com/app', [`prefix part ${SUBDOMAIN}`]],
      ['a'.repeat(64), [`name part ${TOO_LONG(63)}`]],
      ['-a', [`name part ${QUALIFIED}`]],
      [
        'a/b/c',
        [`a qualified name ${QUALIFIED} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`],
      ],
    ],
  ],
  "a label's value": [
    labelValue,
    [
      ['', []],
      ['1.2_3-x', []],
      ['a'.repeat(64), [TOO_LONG(63)]],
      ['a b', [VALUE]],
      ['-', [VALUE]],
    ],
  ],
};

describe.each(Object.entries(cases))('%s', (_, [rule, table]) => {
  it.each(table.map(([text, why]) => [text, why] as const))('%j', (text, why) => {
    expect(rule(text)).toEqual(why);
  });
});

describe('names of objects', () => {
  const rule = asObjectName(dns1123Label);

  it('may end in a dash only where they are prefixes', () => {
    expect(rule('web-', true)).toEqual([]);
    expect(rule('web-', false)).toEqual([LABEL]);
    expect(rule('-', true)).toEqual([LABEL]);
    expect(rule('Web-', true)).toEqual([LABEL]);
  });
});
