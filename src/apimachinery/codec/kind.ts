import { hasType } from '../schema-row.ts';
import { DecodeError, UnreadableBody } from './errors.ts';

export interface ExpectedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/**
 * What kind a parsed body says it is; what it leaves out is as expected.
 * @throws {UnreadableBody} when apiVersion or kind are no text.
 */
export function kindOf(parsed: unknown, expected: ExpectedKind): ExpectedKind {
  const said = readKind(parsed);
  const isUnsaid = said.version === '' && said.group === '';
  return {
    kind: said.kind || expected.kind,
    group: isUnsaid ? expected.group : said.group,
    version: isUnsaid ? expected.version : said.version,
  };
}

/** @throws {DecodeError} for another kind, {VersionMismatch} for another version of the same kind. */
export function checkKind(said: ExpectedKind, expected: ExpectedKind): void {
  const isSameKind = said.kind === expected.kind;
  if (isSameKind && said.group === expected.group && said.version === expected.version) return;
  if (!hasType(builtInType(said))) {
    throw new DecodeError(
      `no kind "${said.kind}" is registered for version "${versionText(said)}" in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  }
  if (isSameKind && said.group === expected.group) {
    throw new VersionMismatch(
      `the API version in the data (${versionText(said)}) does not match the expected API version (${versionText(expected)})`,
    );
  }
  const wanted = `${expected.group.split('.')[0] || 'core'}.${expected.kind}`;
  throw new DecodeError(`converting (${said.version}.${said.kind}) to (${wanted}): unknown conversion`);
}

const versionText = ({ group, version }: ExpectedKind) => (group ? `${group}/${version}` : version);

/** The body could be read, but its version is not the path's; the message is the whole sentence. */
export class VersionMismatch extends Error {
  override name = 'VersionMismatch';
}

function builtInType({ group, version, kind }: ExpectedKind): string {
  return `k8s.io.api.${group === '' ? 'core' : group.split('.')[0]}.${version}.${kind}`;
}

function readKind(parsed: unknown): ExpectedKind {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    if (parsed === null) return { group: '', version: '', kind: '' };
    const found = Array.isArray(parsed) ? 'array' : typeof parsed === 'boolean' ? 'bool' : typeof parsed;
    throw unreadable(
      `json: cannot unmarshal ${found} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  const apiVersion = textMember(parsed, 'apiVersion');
  const kind = textMember(parsed, 'kind');
  const parts = apiVersion.split('/');
  if (parts.length > 2) throw new UnreadableBody(`unexpected GroupVersion string: ${apiVersion}`);
  const [group = '', version = ''] = parts.length === 2 ? parts : ['', apiVersion];
  return { group, version, kind };
}

function textMember(parsed: object, name: 'apiVersion' | 'kind'): string {
  const value = (parsed as Record<string, unknown>)[name];
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw unreadable(`json: cannot unmarshal ${found} into Go struct field .${name} of type string`);
}

const unreadable = (why: string) => new UnreadableBody(`couldn't get version/kind; json parse error: ${why}`);

interface FailurePlace {
  readonly expected: ExpectedKind;
  /** What the body said it is, where that could be read. */
  readonly said: Partial<ExpectedKind> | undefined;
  readonly bytes: Uint8Array;
}

/** The whole sentence of the 400. Source: apiserver endpoints/handlers/rest.go transformDecodeError. */
export function describeFailure(why: string, { expected, said, bytes }: FailurePlace): string {
  if (said?.kind) return `${said.kind} in version "${said.version}" cannot be handled as a ${expected.kind}: ${why}`;
  return `the object provided is unrecognized (must be of type ${expected.kind}): ${why} (${summaryOf(bytes)})`;
}

const SUMMARY_BYTES = 30;

function summaryOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>';
  const head = Buffer.from(bytes.subarray(0, SUMMARY_BYTES));
  const shown = bytes[0] === 0x7b ? head.toString() : head.toString('hex');
  return bytes.length > SUMMARY_BYTES ? `${shown} ...` : shown;
}
