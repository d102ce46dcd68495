import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { schemaOf } from '../schema-table.ts';
import { StatusError } from '../status.ts';
import { canonicalize } from './canonical.ts';
import {
  decodeProtobuf,
  decodeProtobufBody,
  decodeWatchFrames,
  encodeMessage,
  encodeProtobuf,
  encodeProtobufList,
  encodeWatchFrame,
} from './protobuf.ts';

interface Golden {
  type: string;
  object: { apiVersion: string; kind: string; items?: object[]; metadata: object };
  /** What upstream's own marshalers (v0.36.0) made of the object. */
  protobuf: string;
}
const goldens = JSON.parse(readFileSync(new URL('testdata/protobuf.golden.json', import.meta.url), 'utf8')) as Golden[];
const golden = (kind: string): Golden => {
  const found = goldens.find(({ object }) => object.kind === kind);
  if (!found) throw new Error(`no golden ${kind}`);
  return found;
};

const POD = 'k8s.io.api.core.v1.Pod';
const podOptions = { schema: schemaOf(POD), expected: { group: '', version: 'v1', kind: 'Pod' } };

describe.each(goldens.map((one) => [one.type, one] as const))('%s', (type, { object, protobuf }) => {
  const canonical = {
    ...canonicalize({ ...object }, schemaOf(type)).value,
    apiVersion: object.apiVersion,
    kind: object.kind,
  };

  it('has the bytes that upstream gives it', () => {
    expect(encodeProtobuf(canonical, type).toString('base64')).toBe(protobuf);
  });

  it('comes back the same', () => {
    expect(decodeProtobuf(Buffer.from(protobuf, 'base64'), () => type)).toEqual(canonical);
  });
});

describe('lists and watches', () => {
  it('puts items that are already encoded into a list', () => {
    const { object, protobuf } = golden('PodList');
    const items = (object.items ?? []).map((item) =>
      encodeMessage(canonicalize({ ...item }, schemaOf(POD)).value, POD),
    );
    expect(encodeProtobufList(items, object).toString('base64')).toBe(protobuf);
  });

  it('frames watch events, and reads frames that arrive in pieces', () => {
    const object = Buffer.from(golden('Pod').protobuf, 'base64');
    const stream = Buffer.concat([encodeWatchFrame('ADDED', object), encodeWatchFrame('DELETED', object)]);
    expect(decodeWatchFrames(stream)).toEqual({
      events: [
        { type: 'ADDED', object },
        { type: 'DELETED', object },
      ],
      rest: Buffer.alloc(0),
    });
    const cut = decodeWatchFrames(stream.subarray(0, stream.length - 1));
    expect(cut.events.map(({ type }) => type)).toEqual(['ADDED']);
    expect(cut.rest.length).toBe(encodeWatchFrame('DELETED', object).length - 1);
  });
});

describe('a protobuf body', () => {
  it('becomes what the path says when the envelope does not say', () => {
    const bare = encodeProtobuf({ apiVersion: '', kind: '', metadata: { name: 'a' } }, POD);
    expect(decodeProtobufBody(bare, podOptions)).toMatchObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
    });
  });

  it.each([
    ['', 'the object provided is unrecognized (must be of type Pod): empty data (<empty>)'],
    [
      '7b7d',
      'the object provided is unrecognized (must be of type Pod): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})',
    ],
    ['6b387300ff', 'the object provided is unrecognized (must be of type Pod): unexpected EOF (6b387300ff)'],
    ['6b387300120300ffff', 'Pod in version "v1" cannot be handled as a Pod: proto: illegal tag 0 (wire type 0)'],
    ['6b38730012020a7f', 'Pod in version "v1" cannot be handled as a Pod: unexpected EOF'],
    [
      '6b38730012020800',
      'Pod in version "v1" cannot be handled as a Pod: proto: wrong wireType = 0 for field metadata',
    ],
  ])('of %s is refused', (hex, message) => {
    const attempt = () => decodeProtobufBody(Buffer.from(hex, 'hex'), podOptions);
    expect(attempt).toThrow(StatusError);
    expect(attempt).toThrow(message);
  });

  it('may carry fields that we do not know', () => {
    const known = encodeMessage({ metadata: { name: 'a' } }, POD);
    const unknown = Buffer.from('fa3f0401020304f83f05', 'hex');
    const envelope = Buffer.concat([
      Buffer.from('k8s\0'),
      Buffer.from([0x12, known.length + unknown.length]),
      known,
      unknown,
    ]);
    expect(decodeProtobufBody(envelope, podOptions).metadata.name).toBe('a');
  });

  it('never survives being cut, wherever', () => {
    const whole = Buffer.from(golden('Secret').protobuf, 'base64');
    const secret = {
      schema: schemaOf('k8s.io.api.core.v1.Secret'),
      expected: { group: '', version: 'v1', kind: 'Secret' },
    };
    // The last four bytes are the envelope's empty encoding and content type.
    for (let length = 5; length < whole.length - 4; length++) {
      if (length === 4 + 2 + (whole[5] ?? 0)) continue; // exactly behind the type: an empty object
      expect(() => decodeProtobufBody(whole.subarray(0, length), secret), `${length}`).toThrow(StatusError);
    }
  });
});
