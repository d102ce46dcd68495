import { createPublicKey, verify } from 'node:crypto';

/** One value of DER: its tag, its content, and itself with the header. Source: X.690, section 8.1. */
interface Value {
  readonly tag: number;
  readonly content: Buffer;
  readonly whole: Buffer;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OBJECT_ID = 0x06;
const BIT_STRING = 0x03;

/** Signature algorithms by the last bytes of their object ids, with the hash that each signs. */
const HASHES: Readonly<Record<string, string | null>> = {
  '2a864886f70d010105': 'sha1',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null,
};

function lengthAt(der: Buffer, offset: number): { length: number; start: number } | undefined {
  const first = der[offset];
  if (first === undefined) return undefined;
  if (first < 0x80) return { length: first, start: offset + 1 };
  const size = first & 0x7f;
  if (size === 0 || size > 4 || offset + size >= der.length) return undefined;
  return { length: der.readUIntBE(offset + 1, size), start: offset + 1 + size };
}

/** The values one after another, or undefined where the bytes are none. */
function valuesOf(der: Buffer): Value[] | undefined {
  const values: Value[] = [];
  for (let offset = 0; offset < der.length; ) {
    const header = lengthAt(der, offset + 1);
    if (!header || header.start + header.length > der.length) return undefined;
    const end = header.start + header.length;
    values.push({ tag: der[offset] ?? 0, content: der.subarray(header.start, end), whole: der.subarray(offset, end) });
    offset = end;
  }
  return values;
}

function contentOf(pem: Buffer): Buffer | undefined {
  const match = /-----BEGIN CERTIFICATE REQUEST-----\r?\n([\sA-Za-z0-9+/=]*?)-----END CERTIFICATE REQUEST-----/.exec(
    pem.toString('latin1'),
  );
  return match?.[1] === undefined ? undefined : Buffer.from(match[1], 'base64');
}

interface Parts {
  readonly signed: Buffer;
  readonly key: Buffer;
  readonly algorithm: string;
  readonly signature: Buffer;
}

/** The values inside of one, where all begin with the tags that are asked for. */
function childrenOf(value: Value | undefined, tags: readonly number[]): Value[] | undefined {
  const values = value && valuesOf(value.content);
  return values && tags.every((tag, index) => values[index]?.tag === tag) ? values : undefined;
}

/** Source: RFC 2986, section 4. */
function partsOf(der: Buffer): Parts | undefined {
  const [outer, ...rest] = valuesOf(der) ?? [];
  if (outer?.tag !== SEQUENCE || rest.length > 0) return undefined;
  const [info, algorithm, signature] = childrenOf(outer, [SEQUENCE, SEQUENCE, BIT_STRING]) ?? [];
  const [, , key] = childrenOf(info, [INTEGER, SEQUENCE, SEQUENCE]) ?? [];
  const [id] = childrenOf(algorithm, [OBJECT_ID]) ?? [];
  if (!info || !signature || !key || !id) return undefined;
  const bits = signature.content.subarray(1);
  return { signed: info.whole, key: key.whole, algorithm: id.content.toString('hex'), signature: bits };
}

function isSigned({ signed, key, algorithm, signature }: Parts): boolean {
  try {
    const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
    return verify(HASHES[algorithm] ?? null, signed, publicKey, signature);
  } catch {
    // A key or signature that OpenSSL cannot read signs nothing.
    return false;
  }
}

/** What is wrong with a PEM-encoded PKCS #10 request, in the words of Go's crypto/x509; undefined where nothing is. */
export function whyNoRequest(pem: Buffer): string | undefined {
  const der = contentOf(pem);
  if (!der) return 'PEM block type must be CERTIFICATE REQUEST';
  const parts = partsOf(der);
  if (!parts) return 'asn1: syntax error: data truncated';
  if (HASHES[parts.algorithm] === undefined) return 'x509: cannot verify signature: algorithm unimplemented';
  return isSigned(parts) ? undefined : 'x509: signature verification failed';
}
