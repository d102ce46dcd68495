import { csiNodes } from '#api/storage/v1/csi-node.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { CSINode, CSINodeDriver } from '#gen/storage/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { checked, each, notNegative, unique, validateImmutable } from '../validation/fields.ts';
import { byteLength, qualifiedName } from '../validation/formats.ts';
import { validateCsiDriverName } from '../validation/formats-csi.ts';

const MAX_NODE_ID = 256;

function validateNodeId(id: string | undefined, at: FieldPath): FieldError[] {
  if (!id) return [at.required('')];
  return byteLength(id) > MAX_NODE_ID ? [at.invalid(id, `must be ${MAX_NODE_ID} characters or less`)] : [];
}

function validateDriver({ name, nodeID, topologyKeys, allocatable }: CSINodeDriver, at: FieldPath): FieldError[] {
  const keys = at.child('topologyKeys');
  return [
    ...validateCsiDriverName(name, at.child('name')),
    ...validateNodeId(nodeID, at.child('nodeID')),
    ...notNegative(allocatable?.count, at.child('allocatable', 'count')),
    ...each(topologyKeys, keys, (key) => (key ? checked(key, qualifiedName, keys) : [keys.required('')])),
    ...unique(
      topologyKeys,
      (key) => key,
      () => keys,
    ),
  ];
}

/** What a driver said of a node stands until the driver leaves. Source: pkg/apis/storage/validation, ValidateCSINodeUpdate. */
function validateFixed(next: CSINode, previous: CSINode, at: FieldPath): FieldError[] {
  return each(next.spec?.drivers, at, (driver, place) => {
    const old = previous.spec?.drivers?.find(({ name }) => name === driver.name);
    if (!old) return [];
    const { allocatable: _, ...fixed } = driver;
    const { allocatable: __, ...before } = old;
    return validateImmutable(fixed, before, place);
  });
}

export const csiNodeStrategy = defineStrategy(csiNodes, {
  allowUnconditionalUpdate: false,
  validate({ spec }, at) {
    const place = at.child('spec', 'drivers');
    return [
      ...each(spec?.drivers, place, validateDriver),
      ...unique(
        spec?.drivers,
        ({ name }) => name,
        (index) => place.index(index).child('name'),
      ),
    ];
  },
  validateUpdate: (next, previous, at) => validateFixed(next, previous, at.child('spec', 'drivers')),
});
