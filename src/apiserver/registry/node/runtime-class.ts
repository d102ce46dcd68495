import { runtimeClasses } from '#api/node/v1/runtime-class.ts';
import { defineStrategy } from '../../strategy.ts';
import { validateTolerations } from '../core/pod/placement.ts';
import { checked, validateImmutable } from '../validation/fields.ts';
import { dns1123Label } from '../validation/formats.ts';
import { validateLabels } from '../validation/label-selector.ts';
import { validateResources } from '../validation/resources.ts';

/** Source: pkg/apis/node/validation, ValidateRuntimeClass. */
export const runtimeClassStrategy = defineStrategy(runtimeClasses, {
  validate: ({ handler, overhead, scheduling }, at) => [
    ...checked(handler ?? '', dns1123Label, at.child('handler')),
    ...validateResources({ limits: overhead?.podFixed }, at.child('overhead')),
    ...validateLabels(scheduling?.nodeSelector, at.child('scheduling', 'nodeSelector')),
    ...validateTolerations(scheduling?.tolerations, at.child('scheduling', 'tolerations')),
  ],
  validateUpdate: (next, previous, at) => validateImmutable(next.handler, previous.handler, at.child('handler')),
});
