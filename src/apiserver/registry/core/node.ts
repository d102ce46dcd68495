import { nodes } from '#api/core/v1/node.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Node, NodeSpec, Taint } from '#gen/core/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { checked, each } from '../validation/fields.ts';
import { cidr, labelValue, qualifiedName } from '../validation/formats.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateTaint({ key, value, effect }: Taint, at: FieldPath): FieldError[] {
  const place = at.child('effect');
  return [
    ...checked(key ?? '', qualifiedName, at.child('key')),
    ...(value ? checked(value, labelValue, at.child('value')) : []),
    ...(effect ? [] : [place.required('')]),
    ...(effect && !EFFECTS.includes(effect) ? [place.notSupported(effect, EFFECTS)] : []),
  ];
}

function validateTaints(taints: readonly Taint[] | undefined, at: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return each(taints, at, (taint, place) => {
    const errors = validateTaint(taint, place);
    const pair = `${taint.key}:${taint.effect}`;
    if (seen.has(pair)) {
      const duplicate = place.duplicate(taint);
      const detail = `${duplicate.detail}: taints must be unique by key and effect pair`;
      errors.push({ ...duplicate, detail });
    }
    seen.add(pair);
    return errors;
  });
}

function validateCidrs({ podCIDRs = [] }: NodeSpec, at: FieldPath): FieldError[] {
  const errors = each(podCIDRs, at, (one, place) => checked(one, cidr, place));
  if (podCIDRs.length < 2 || errors.length > 0) return errors;
  const families = new Set(podCIDRs.map((one) => one.includes(':')));
  const isDual = podCIDRs.length === 2 && families.size === 2;
  return isDual ? [] : [at.invalid(podCIDRs, 'may specify no more than one CIDR for each IP family')];
}

const CIDR_FIXED = 'node updates may not change podCIDR except from "" to valid';
const PROVIDER_FIXED = 'node updates may not change providerID except from "" to valid';

/** What is known of a node is told once. Source: pkg/apis/core/validation, ValidateNodeUpdate. */
function validateFixed({ spec: next }: Node, { spec: previous }: Node, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const before = previous?.podCIDRs ?? [];
  const after = next?.podCIDRs ?? [];
  if (before.length > 0 && before.join() !== after.join()) errors.push(at.child('podCIDRs').forbidden(CIDR_FIXED));
  if (previous?.providerID && previous.providerID !== next?.providerID) {
    errors.push(at.child('providerID').forbidden(PROVIDER_FIXED));
  }
  return errors;
}

export const nodeStrategy = defineStrategy(nodes, {
  validate: ({ spec = {} }, at) => [
    ...validateTaints(spec.taints, at.child('spec', 'taints')),
    ...validateCidrs(spec, at.child('spec', 'podCIDRs')),
  ],
  validateUpdate: (next, previous, at) => validateFixed(next, previous, at.child('spec')),
  validateStatusUpdate({ status }, _, at) {
    const place = at.child('status', 'addresses');
    const seen = new Set<string>();
    return each(status?.addresses, place, (address, one) => {
      const key = `${address.type}/${address.address}`;
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew ? [] : [one.duplicate({ Type: address.type, Address: address.address })];
    });
  },
});
