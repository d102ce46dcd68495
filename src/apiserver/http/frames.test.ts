import { describe, expect, it } from 'vitest';
import { configMaps } from '#api/core/v1/config-map.ts';
import { deepFreeze, type KubeObject } from '#apimachinery/object.ts';
import type { WatchEvent } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { AnswerFormat } from './answer-format.ts';
import { encodeList, frameOf } from './encode.ts';
import { shownObject } from './respond.ts';

const resource = configMaps as unknown as Resource;
const object: KubeObject = deepFreeze({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name: 'ä', namespace: 'd', uid: 'u', resourceVersion: '7', creationTimestamp: '2026-01-01T00:00:00Z' },
  data: { a: '1' },
});
const format = (as = '', rest: Partial<AnswerFormat> = {}): AnswerFormat => ({
  accepted: { mediaType: 'application/json', as, group: as && 'meta.k8s.io', version: as && 'v1', isPretty: false },
  isPretty: false,
  includeObject: 'Metadata',
  nowMs: Date.UTC(2026, 0, 1, 0, 0, 5),
  ...rest,
});
function frame(event: WatchEvent, how: AnswerFormat) {
  let shown = 0;
  const bytes = frameOf(event, {
    format: how,
    show(one) {
      shown += 1;
      return shownObject(one, resource, how);
    },
  });
  return { bytes, shown };
}

describe('the frames of an event', () => {
  it.each(['', 'Table', 'PartialObjectMetadata'])('are made once in the form %j, for all who watch', (as) => {
    const event: WatchEvent = { type: 'ADDED', object };
    const first = frame(event, format(as));
    const second = frame(event, format(as));
    expect(second.bytes).toBe(first.bytes);
    expect(second.shown).toBe(0);
    expect(JSON.parse(first.bytes.toString())).toMatchObject({ type: 'ADDED', object: { kind: as || 'ConfigMap' } });
  });

  it('differ where the forms differ', () => {
    const event: WatchEvent = { type: 'ADDED', object };
    const forms = [
      format(),
      format('Table'),
      format('Table', { includeObject: 'None' }),
      format('PartialObjectMetadata'),
    ];
    expect(new Set(forms.map((how) => frame(event, how).bytes.toString())).size).toBe(4);
  });

  it('show ages as they were at the event', () => {
    const event: WatchEvent = { type: 'ADDED', object };
    const { object: table } = JSON.parse(frame(event, format('Table')).bytes.toString());
    expect(table.rows[0].cells).toEqual(['ä', 1, '5s']);
  });
});

describe('the bytes of a list', () => {
  it('are those of its items without their kind, whatever the language', () => {
    const list = encodeList({ resource, metadata: { resourceVersion: '9' }, items: [object, object] }, format());
    const { kind: _kind, apiVersion: _version, ...item } = object;
    expect(JSON.parse(list.toString())).toEqual({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '9' },
      items: [item, item],
    });
  });
});
