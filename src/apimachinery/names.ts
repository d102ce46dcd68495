/**
 * How names, keys and values must look. Each rule gives upstream's sentences, none where the text is fine.
 * Source: apimachinery pkg/util/validation, pkg/api/validate/content and pkg/api/validation/path.
 */
export type NameRule = (text: string) => string[];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const DNS_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;

export const maxLength = (bytes: number): string => `must be no more than ${bytes} bytes`;

/** A sentence with examples and the rule itself; two spaces stand before `or`, as upstream prints them. */
export function withExamples(sentence: string, pattern: string, examples: readonly string[]): string {
  const shown = examples.map((one) => `'${one}', `).join(' or ');
  return `${sentence} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

/** The rule that the whole text matches `pattern` in at most `maxBytes`. */
export function matching(pattern: string, maxBytes: number, sentence: string): NameRule {
  const shape = new RegExp(`^(?:${pattern})$`);
  return (text) => {
    const isLong = text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes);
    const isWrong = !shape.test(text);
    if (!isLong && !isWrong) return [];
    return [...(isLong ? [maxLength(maxBytes)] : []), ...(isWrong ? [sentence] : [])];
  };
}

const LABEL_SENTENCE = withExamples(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL,
  ['my-name', '123-abc'],
);
const plainLabel = matching(LABEL, 63, LABEL_SENTENCE);
const dottedLabel = matching(LABEL, 63, 'must not contain dots');
const isSubdomain = new RegExp(`^${SUBDOMAIN}$`);

/** One part of a host name (RFC 1123), at most 63 bytes. */
export const dns1123Label: NameRule = (text) => (isSubdomain.test(text) ? dottedLabel(text) : plainLabel(text));

/** A host name (RFC 1123) in lower case, at most 253 bytes. */
export const dns1123Subdomain: NameRule = matching(
  SUBDOMAIN,
  253,
  withExamples(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    SUBDOMAIN,
    ['example.com'],
  ),
);

/** One part of a host name that begins with a letter (RFC 1035), at most 63 bytes. */
export const dns1035Label: NameRule = matching(
  DNS_1035,
  63,
  withExamples(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    DNS_1035,
    ['my-name', 'abc-123'],
  ),
);

/** `*.example.com` */
export const wildcardDns1123Subdomain: NameRule = matching(
  `\\*\\.${SUBDOMAIN}`,
  253,
  withExamples(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    `\\*\\.${SUBDOMAIN}`,
    ['*.example.com'],
  ),
);

/** What can stand as one part of a URL's path: all that is asked of any name. */
export const pathSegment: NameRule = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((mark) => text.includes(mark)).map((mark) => `may not contain '${mark}'`);
};

const QUALIFIED_SENTENCE = withExamples(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED,
  ['MyName', 'my.name', '123-abc'],
);
const namePart = matching(QUALIFIED, 63, QUALIFIED_SENTENCE);

/** `name` or `example.com/name`: the keys of labels and annotations, finalizers, resource names. */
export const qualifiedName: NameRule = (text) => {
  const slash = text.indexOf('/');
  if (slash >= 0 && text.includes('/', slash + 1)) {
    const tail = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
    return [`a qualified name ${QUALIFIED_SENTENCE} ${tail}`];
  }
  const name = text.slice(slash + 1);
  const ofPrefix = slash < 0 ? [] : slash === 0 ? [EMPTY] : dns1123Subdomain(text.slice(0, slash));
  const ofName = [...(name === '' ? [EMPTY] : []), ...namePart(name)];
  return [...ofPrefix.map((why) => `prefix part ${why}`), ...ofName.map((why) => `name part ${why}`)];
};

const EMPTY = 'must be non-empty';

/** The value of a label: nothing, or at most 63 bytes. */
export const labelValue: NameRule = matching(
  LABEL_VALUE,
  63,
  withExamples(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    LABEL_VALUE,
    ['MyValue', 'my_value', '12345'],
  ),
);

/**
 * A rule for names of objects: a prefix for generated names may end in a dash, which the generated part follows.
 * Source: apimachinery api/validation, maskTrailingDash.
 */
export const asObjectName =
  (rule: NameRule) =>
  (name: string, isPrefix: boolean): string[] =>
    rule(isPrefix ? withoutTrailingDash(name) : name);

function withoutTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}
