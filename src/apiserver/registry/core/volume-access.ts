import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { checked } from '../validation/fields.ts';
import { dns1123Subdomain } from '../validation/formats.ts';

const MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_MODES = ['Block', 'Filesystem'];

/** How a volume may be mounted; `why` is what upstream says where no mode is given. */
export function validateAccessModes(
  modes: readonly string[] | undefined,
  { why }: { why: string },
  at: FieldPath,
): FieldError[] {
  if (!modes?.length) return [at.required(why)];
  const errors = modes.filter((mode) => !MODES.includes(mode)).map((mode) => at.notSupported(mode, MODES));
  if (!modes.includes('ReadWriteOncePod') || modes.length === 1) return errors;
  return [...errors, at.forbidden('may not use ReadWriteOncePod with other access modes')];
}

interface Classed {
  storageClassName?: string | undefined;
  volumeMode?: string | undefined;
}

export function validateClassAndMode({ storageClassName, volumeMode }: Classed, at: FieldPath): FieldError[] {
  const errors = storageClassName ? checked(storageClassName, dns1123Subdomain, at.child('storageClassName')) : [];
  if (volumeMode === undefined || VOLUME_MODES.includes(volumeMode)) return errors;
  return [...errors, at.child('volumeMode').notSupported(volumeMode, VOLUME_MODES)];
}
