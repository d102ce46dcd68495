import { leases } from '#api/coordination/v1/lease.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { LeaseSpec } from '#gen/coordination/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { checked, notNegative } from '../validation/fields.ts';
import { qualifiedName } from '../validation/formats.ts';

function validateHolder({ strategy, preferredHolder }: LeaseSpec, at: FieldPath): FieldError[] {
  const place = at.child('strategy', 'strategy');
  if (strategy?.includes('/')) return checked(strategy, qualifiedName, place);
  if (strategy !== undefined && strategy !== 'OldestEmulationVersion') {
    return [place.notSupported(strategy, ['OldestEmulationVersion'])];
  }
  if (!preferredHolder || strategy) return [];
  return [at.child('preferredHolder').forbidden('may only be specified if `strategy` is defined')];
}

/** Source: pkg/apis/coordination/validation, ValidateLeaseSpec. */
export const leaseStrategy = defineStrategy(leases, {
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  validate({ spec = {} }, at) {
    const place = at.child('spec');
    const seconds = spec.leaseDurationSeconds;
    const errors: FieldError[] = [];
    if (seconds !== undefined && seconds <= 0) {
      errors.push(place.child('leaseDurationSeconds').invalid(seconds, 'must be greater than 0'));
    }
    errors.push(...notNegative(spec.leaseTransitions, place.child('leaseTransitions')));
    return [...errors, ...validateHolder(spec, place)];
  },
});
