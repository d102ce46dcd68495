import { isIP } from 'node:net';
import { matching, maxLength, type NameRule, withExamples } from '#apimachinery/names.ts';

// What any object's metadata must follow as well lives beside its selectors; validation of kinds reads it from here.
export {
  asObjectName as asName,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  pathSegment,
  qualifiedName,
  wildcardDns1123Subdomain as wildcardSubdomain,
} from '#apimachinery/names.ts';

/**
 * How single words must look. Each check gives upstream's sentences, none when the word is fine.
 * Source: apimachinery pkg/util/validation/validation.go and pkg/api/validate/content.
 */
export type Format = NameRule;

const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const PERCENT = '[0-9]+%';

export const byteLength = (text: string): number => Buffer.byteLength(text);

export const envName: Format = (text) => {
  if (text === '') return ['environment variable name must be non-empty'];
  if (/^[\x20-\x3c\x3e-\x7e]+$/.test(text)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
};

const CONFIG_KEY_SENTENCE = withExamples(
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
  withExamples("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, ['1%', '93%']),
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
