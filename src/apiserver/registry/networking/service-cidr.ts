import { isDeepStrictEqual } from 'node:util';
import { serviceCidrs } from '#api/networking/v1/service-cidr.ts';
import { defineStrategy } from '../../strategy.ts';
import { checked, each, IMMUTABLE } from '../validation/fields.ts';
import { cidr } from '../validation/formats.ts';

/** One range, or one of each family. Source: pkg/apis/networking/validation, ValidateServiceCIDR. */
export const serviceCidrStrategy = defineStrategy(serviceCidrs, {
  allowUnconditionalUpdate: false,
  validate({ spec }, at) {
    const place = at.child('spec', 'cidrs');
    const cidrs = spec?.cidrs ?? [];
    if (cidrs.length === 0) return [place.required('at least one CIDR required')];
    if (cidrs.length > 2) return [place.invalid(spec, 'may only hold up to 2 values')];
    const errors = each(cidrs, place, (one, where) => checked(one, cidr, where));
    const isSameFamily = cidrs.length === 2 && new Set(cidrs.map((one) => one.includes(':'))).size === 1;
    if (!isSameFamily || errors.length > 0) return errors;
    return [
      place.invalid(spec, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'),
    ];
  },
  validateUpdate(next, previous, at) {
    const [after, before] = [next.spec?.cidrs ?? [], previous.spec?.cidrs ?? []];
    const place = at.child('spec', 'cidrs');
    // A second family may be added, nothing else.
    if (before.length === 1 && after.length === 2) {
      return after[0] === before[0] ? [] : [place.index(0).invalid(after[0], IMMUTABLE)];
    }
    return isDeepStrictEqual(after, before) ? [] : [place.invalid(after, IMMUTABLE)];
  },
});
