import { isIP } from 'node:net';

/**
 * How single words must look. Each check gives upstream's sentences, none when the word is fine.
 * Source: apimachinery pkg/util/validation/validation.go and pkg/api/validate/content.
 */
export type Format = (text: string) => string[];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const DNS_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const PERCENT = '[0-9]+%';

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);
export const byteLength = (text: string): number => Buffer.byteLength(text);
export const maxLength = (bytes: number): string => `must be no more than ${bytes} bytes`;

/** Two spaces before `or`, as upstream prints them. */
function example(sentence: string, pattern: string, examples: readonly string[]): string {
  const shown = examples.map((one) => `'${one}', `).join(' or ');
  return `${sentence} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

const LABEL_SENTENCE = example(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL,
  ['my-name', '123-abc'],
);
const SUBDOMAIN_SENTENCE = example(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN,
  ['example.com'],
);
const DNS_1035_SENTENCE = example(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  DNS_1035,
  ['my-name', 'abc-123'],
);
const QUALIFIED_SENTENCE = example(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED,
  ['MyName', 'my.name', '123-abc'],
);

function matching(pattern: string, maxBytes: number, sentence: string): Format {
  const shape = whole(pattern);
  return (text) => [
    ...(byteLength(text) > maxBytes ? [maxLength(maxBytes)] : []),
    ...(shape.test(text) ? [] : [sentence]),
  ];
}

const isSubdomain = whole(SUBDOMAIN);

export const dns1123Label: Format = (text) =>
  matching(LABEL, 63, isSubdomain.test(text) && text.includes('.') ? 'must not contain dots' : LABEL_SENTENCE)(text);
export const dns1123Subdomain = matching(SUBDOMAIN, 253, SUBDOMAIN_SENTENCE);
export const dns1035Label = matching(DNS_1035, 63, DNS_1035_SENTENCE);

export const wildcardSubdomain = matching(
  `\\*\\.${SUBDOMAIN}`,
  253,
  example(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    `\\*\\.${SUBDOMAIN}`,
    ['*.example.com'],
  ),
);

function namePart(name: string): string[] {
  const sentences: string[] = [];
  if (name === '') sentences.push('must be non-empty');
  else if (byteLength(name) > 63) sentences.push(maxLength(63));
  if (!whole(QUALIFIED).test(name)) sentences.push(QUALIFIED_SENTENCE);
  return sentences.map((sentence) => `name part ${sentence}`);
}

/** `name`, or `prefix.example.com/name`: keys of labels and annotations. */
export const qualifiedName: Format = (text) => {
  const parts = text.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name ${QUALIFIED_SENTENCE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const [prefix, name] = parts.length === 2 ? parts : [undefined, parts[0]];
  const ofPrefix = prefix === '' ? ['must be non-empty'] : prefix === undefined ? [] : dns1123Subdomain(prefix);
  return [...ofPrefix.map((sentence) => `prefix part ${sentence}`), ...namePart(name ?? '')];
};

export const labelValue = matching(
  LABEL_VALUE,
  63,
  example(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    LABEL_VALUE,
    ['MyValue', 'my_value', '12345'],
  ),
);

export const envName: Format = (text) => {
  if (text === '') return ['environment variable name must be non-empty'];
  if (/^[\x20-\x3c\x3e-\x7e]+$/.test(text)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
};

const CONFIG_KEY_SENTENCE = example(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  CONFIG_KEY,
  ['key.name', 'KEY_NAME', 'key-name'],
);

/** Keys of ConfigMaps and Secrets: they may become file names. */
export const configKey: Format = (text) => {
  const sentences = matching(CONFIG_KEY, 253, CONFIG_KEY_SENTENCE)(text);
  if (text === '.' || text === '..') return [...sentences, `must not be '${text}'`];
  return text.startsWith('..') ? [...sentences, "must not start with '..'"] : sentences;
};

/** IANA service names (RFC 6335). */
export const portName: Format = (text) => {
  const sentences: string[] = [];
  if (byteLength(text) > 15) sentences.push(maxLength(15));
  if (!/^[-a-z0-9]+$/.test(text)) {
    sentences.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(text)) sentences.push('must contain at least one letter (a-z)');
  if (text.includes('--')) sentences.push('must not contain consecutive hyphens');
  if (/^-|-$/.test(text)) sentences.push('must not begin or end with a hyphen');
  return sentences;
};

export const percentage = matching(
  PERCENT,
  Number.MAX_SAFE_INTEGER,
  example("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, ['1%', '93%']),
);

export const ipAddress: Format = (text) =>
  isIP(text) ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];

export const cidr: Format = (text) => {
  const [ip = '', bits = '', ...rest] = text.split('/');
  const family = isIP(ip);
  const isFine =
    family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  return isFine ? [] : ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
};

export const inRange = (value: number, low: number, high: number): string[] =>
  value >= low && value <= high ? [] : [`must be between ${low} and ${high}, inclusive`];

export const portNumber = (value: number): string[] => inRange(value, 1, 65_535);
/** User and group ids fit into 31 bits. */
export const id = (value: number): string[] => inRange(value, 0, 2_147_483_647);
