import { ipAddresses } from '#api/networking/v1/ip-address.ts';
import { defineStrategy } from '../../strategy.ts';
import { required, validateImmutable } from '../validation/fields.ts';
import { ipAddress } from '../validation/formats.ts';

/** Named by the address itself. Source: pkg/apis/networking/validation, ValidateIPAddress. */
export const ipAddressStrategy = defineStrategy(ipAddresses, {
  allowUnconditionalUpdate: false,
  validateName: (name) => ipAddress(name),
  validate({ spec }, at) {
    const place = at.child('spec', 'parentRef');
    const parent = spec?.parentRef;
    if (!parent) return [place.required('')];
    return [...required(parent.resource, place.child('resource')), ...required(parent.name, place.child('name'))];
  },
  validateUpdate: (next, previous, at) =>
    validateImmutable(next.spec?.parentRef, previous.spec?.parentRef, at.child('spec', 'parentRef')),
});
