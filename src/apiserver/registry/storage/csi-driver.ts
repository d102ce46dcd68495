import { csiDrivers } from '#api/storage/v1/csi-driver.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { CSIDriver, CSIDriverSpec } from '#gen/storage/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { each, oneOf, required, validateImmutable } from '../validation/fields.ts';
import { validateCsiDriverName } from '../validation/formats-csi.ts';

const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const MODES = ['Ephemeral', 'Persistent'];
const FIXED = ['attachRequired', 'volumeLifecycleModes'] as const;

function validateTokens(tokens: CSIDriverSpec['tokenRequests'], at: FieldPath): FieldError[] {
  const audiences = new Set<string>();
  return each(tokens, at, ({ audience = '', expirationSeconds: seconds }, place) => {
    const errors: FieldError[] = [];
    if (audiences.has(audience)) errors.push(place.child('audience').duplicate(audience));
    audiences.add(audience);
    const expiry = place.child('expirationSeconds');
    if (seconds !== undefined && seconds < 600) {
      errors.push(expiry.invalid(seconds, 'may not specify a duration less than 10 minutes'));
    }
    if (seconds !== undefined && seconds > 2 ** 32) {
      errors.push(expiry.invalid(seconds, 'may not specify a duration larger than 2^32 seconds'));
    }
    return errors;
  });
}

/** Source: pkg/apis/storage/validation, ValidateCSIDriver. */
function validateDriver({ metadata, spec = {} }: CSIDriver, at: FieldPath): FieldError[] {
  const place = at.child('spec');
  return [
    ...validateCsiDriverName(metadata.name, at.child('name')),
    ...required(spec.attachRequired, place.child('attachedRequired')),
    ...required(spec.podInfoOnMount, place.child('podInfoOnMount')),
    ...required(spec.storageCapacity, place.child('storageCapacity')),
    ...oneOf(spec.fsGroupPolicy, GROUP_POLICIES, place.child('fsGroupPolicy')),
    ...validateTokens(spec.tokenRequests, place.child('tokenRequests')),
    ...(spec.volumeLifecycleModes ?? []).flatMap((mode) => oneOf(mode, MODES, place.child('volumeLifecycleModes'))),
  ];
}

export const csiDriverStrategy = defineStrategy(csiDrivers, {
  allowUnconditionalUpdate: false,
  validate: validateDriver,
  validateUpdate: (next, previous, at) =>
    FIXED.flatMap((name) => validateImmutable(next.spec?.[name], previous.spec?.[name], at.child('spec', name))),
});
