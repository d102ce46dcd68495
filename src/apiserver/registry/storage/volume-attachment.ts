import { volumeAttachments } from '#api/storage/v1/volume-attachment.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { VolumeAttachmentSpec } from '#gen/storage/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { requiredAs, validateImmutable } from '../validation/fields.ts';
import { dns1123Subdomain } from '../validation/formats.ts';
import { validateCsiDriverName } from '../validation/formats-csi.ts';

function validateSource(source: VolumeAttachmentSpec['source'], at: FieldPath): FieldError[] {
  const given = [source?.inlineVolumeSpec, source?.persistentVolumeName].filter((one) => one !== undefined).length;
  if (given !== 1) return [at.required('must specify exactly one of inlineVolumeSpec and persistentVolumeName')];
  if (source?.persistentVolumeName !== '') return [];
  return [at.child('persistentVolumeName').required('must specify non empty persistentVolumeName')];
}

/** Source: pkg/apis/storage/validation, ValidateVolumeAttachment. */
export const volumeAttachmentStrategy = defineStrategy(volumeAttachments, {
  allowUnconditionalUpdate: false,
  validate({ spec }, at) {
    const place = at.child('spec');
    return [
      ...validateCsiDriverName(spec?.attacher, place.child('attacher')),
      ...validateSource(spec?.source, place.child('source')),
      ...requiredAs(spec?.nodeName, dns1123Subdomain, place.child('nodeName')),
    ];
  },
  validateUpdate: (next, previous, at) => validateImmutable(next.spec, previous.spec, at.child('spec')),
});
