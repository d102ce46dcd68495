import { describe, expect, it } from 'vitest';
import { errorsOfCreate, errorsOfUpdate, prepared, type Sent } from '../testing.ts';
import { persistentVolumeStrategy } from './persistent-volume.ts';
import { persistentVolumeClaimStrategy } from './persistent-volume-claim.ts';

const volume = (spec: object): Sent => ({
  metadata: { name: 'pv' },
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' }, ...spec },
});
const claim = (spec: object, status?: object): Sent => ({
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  ...(status && { status }),
});

describe('a persistent volume', () => {
  it('begins as pending, and says since when', () => {
    expect(prepared(persistentVolumeStrategy, volume({}))).toMatchObject({
      spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
      status: { phase: 'Pending', lastPhaseTransitionTime: '2026-01-01T00:00:00Z' },
    });
  });

  it.each<[string, object, string[]]>([
    ['nothing wrong', {}, []],
    ['a driver', { hostPath: undefined, csi: { driver: 'csi.example.com', volumeHandle: 'v' } }, []],
    ['no mode', { accessModes: [] }, ['spec.accessModes: Required value']],
    [
      'an unknown mode',
      { accessModes: ['WriteSometimes'] },
      [
        'spec.accessModes: Unsupported value: "WriteSometimes": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
      ],
    ],
    [
      'one pod among many',
      { accessModes: ['ReadWriteOncePod', 'ReadOnlyMany'] },
      ['spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes'],
    ],
    ['no capacity', { capacity: {} }, ['spec.capacity: Required value']],
    [
      'room for nothing',
      { capacity: { storage: '0' } },
      ['spec.capacity[storage]: Invalid value: "0": must be greater than zero'],
    ],
    ['no source', { hostPath: undefined }, ['spec: Required value: must specify a volume type']],
    [
      'two sources',
      { nfs: { server: 'a', path: '/b' } },
      ['spec.nfs: Forbidden: may not specify more than 1 volume type'],
    ],
    [
      'a disk of no node',
      { hostPath: undefined, local: { path: '/disk' } },
      ['metadata.annotations: Required value: Local volume requires node affinity'],
    ],
    [
      'an affinity to nothing',
      { nodeAffinity: {} },
      ['spec.nodeAffinity.required: Required value: must specify required node constraints'],
    ],
    [
      'an unknown fate',
      { persistentVolumeReclaimPolicy: 'Sell' },
      [
        'spec.persistentVolumeReclaimPolicy: Unsupported value: "Sell": supported values: "Delete", "Recycle", "Retain"',
      ],
    ],
    [
      'the root of the host, recycled',
      { hostPath: { path: '/' }, persistentVolumeReclaimPolicy: 'Recycle' },
      ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
    ],
    [
      'an unknown kind of volume',
      { volumeMode: 'Tape' },
      ['spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"'],
    ],
  ])('with %s', (_, spec, expected) => {
    expect(errorsOfCreate(persistentVolumeStrategy, volume(spec))).toEqual(expected);
  });

  it('stays where it is, though its claim comes and goes', () => {
    const bound = volume({ claimRef: { namespace: 'default', name: 'data' } });
    expect(errorsOfUpdate(persistentVolumeStrategy, volume({}), bound)).toEqual([]);
    expect(errorsOfUpdate(persistentVolumeStrategy, volume({}), volume({ hostPath: { path: '/other' } }))).toEqual([
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
    ]);
  });
});

describe('a persistent volume claim', () => {
  it('begins as pending', () => {
    expect(prepared(persistentVolumeClaimStrategy, claim({}))).toMatchObject({ status: { phase: 'Pending' } });
  });

  it.each<[string, object, string[]]>([
    ['nothing wrong', {}, []],
    ['no mode', { accessModes: [] }, ['spec.accessModes: Required value: at least 1 access mode is required']],
    ['no size', { resources: {} }, ['spec.resources[storage]: Required value']],
    [
      'a size below nothing',
      { resources: { requests: { storage: '-1Gi' } } },
      ['spec.resources[storage]: Invalid value: "-1Gi": must be greater than zero'],
    ],
    [
      'a source that is no claim',
      { dataSource: { kind: 'Pod', name: 'a' } },
      [
        'spec.dataSource: Invalid value: "Pod": must be \'PersistentVolumeClaim\' when referencing the default apiGroup',
      ],
    ],
  ])('with %s', (_, spec, expected) => {
    expect(errorsOfCreate(persistentVolumeClaimStrategy, claim(spec))).toEqual(expected);
  });

  const size = (storage: string) => ({ resources: { requests: { storage } } });
  const update = (before: Sent, after: Sent, phase: string) => {
    const status = { phase };
    return errorsOfUpdate(persistentVolumeClaimStrategy, before, {
      ...prepared(persistentVolumeClaimStrategy, after),
      status,
    });
  };

  it('is bound to a volume by the controller, and gets a class later', () => {
    expect(update(claim({}), claim({ volumeName: 'pv', storageClassName: 'fast' }), 'Pending')).toEqual([]);
  });

  it('grows once it is bound, and not before', () => {
    const why =
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n';
    expect(update(claim({}), claim(size('2Gi')), 'Bound')).toEqual([]);
    expect(update(claim({}), claim(size('2Gi')), 'Pending')).toEqual([why]);
    expect(update(claim({ storageClassName: 'a' }), claim({ storageClassName: 'b' }), 'Bound')).toEqual([why]);
  });
});
