import { describe, expect, it } from 'vitest';
import { decodeStored, encodeStored } from './stored-object.ts';

const pod = () => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'a', uid: 'u', resourceVersion: '5', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { containers: [{ name: 'c' }] },
});

describe('stored objects', () => {
  it('leave the resourceVersion out, and get it back from the revision', () => {
    const bytes = encodeStored(pod());
    expect(new TextDecoder().decode(bytes)).not.toContain('resourceVersion');
    expect(decodeStored(bytes, 9).metadata.resourceVersion).toBe('9');
  });

  it('are not decoded again by the process that wrote them', () => {
    const object = pod();
    expect((decodeStored(encodeStored(object), 9) as typeof object).spec).toBe(object.spec);
  });

  it('are the same when another process decodes them', () => {
    const bytes = encodeStored(pod());
    expect(decodeStored(Uint8Array.from(bytes), 9)).toEqual(decodeStored(bytes, 9));
  });

  it('are frozen to the last branch', () => {
    const decoded = decodeStored(Uint8Array.from(encodeStored(pod())), 9) as ReturnType<typeof pod>;
    expect(() => {
      (decoded.spec.containers[0] as { name: string }).name = 'other';
    }).toThrow(TypeError);
  });
});
