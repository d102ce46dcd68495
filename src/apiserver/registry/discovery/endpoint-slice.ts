import { isIPv4, isIPv6 } from 'node:net';
import { endpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '#gen/discovery/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { PROTOCOLS } from '../core/pod/ports.ts';
import { validateNotSpecial } from '../validation/endpoint-ip.ts';
import { checked, each, requiredOneOf, validateImmutable } from '../validation/fields.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName } from '../validation/formats.ts';

const TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_ENDPOINTS = 1000;
const MAX_HINTS = 8;

function validateAddress(address: string, type: string, at: FieldPath): FieldError[] {
  if (type === 'FQDN') return checked(address, dns1123Subdomain, at);
  const isFine = type === 'IPv4' ? isIPv4(address) : isIPv6(address);
  if (isFine) return validateNotSpecial(address, at);
  return [at.invalid(address, `must be a valid ${type} address`)];
}

function validateAddresses(addresses: readonly string[], type: string, at: FieldPath): FieldError[] {
  if (addresses.length === 0) return [at.required('must contain at least 1 address')];
  if (addresses.length > MAX_ADDRESSES) return [at.tooMany(addresses.length, MAX_ADDRESSES)];
  return each(addresses, at, (address, place) => validateAddress(address, type, place));
}

function validateEndpoint({ addresses = [], hostname, nodeName, hints }: Endpoint, type: string, at: FieldPath) {
  const zones = at.child('hints', 'forZones');
  const hinted = hints?.forZones?.length ?? 0;
  return [
    ...validateAddresses(addresses, type, at.child('addresses')),
    ...(nodeName ? checked(nodeName, dns1123Subdomain, at.child('nodeName')) : []),
    ...(hostname ? checked(hostname, dns1123Label, at.child('hostname')) : []),
    ...(hinted > MAX_HINTS ? [zones.tooMany(hinted, MAX_HINTS)] : []),
  ];
}

function validatePorts(ports: readonly EndpointPort[], at: FieldPath): FieldError[] {
  if (ports.length > MAX_PORTS) return [at.tooMany(ports.length, MAX_PORTS)];
  const names = new Set<string>();
  return each(ports, at, ({ name = '', protocol, appProtocol }, place) => {
    const errors = name ? checked(name, dns1123Label, place.child('name')) : [];
    if (names.has(name)) errors.push(place.child('name').duplicate(name));
    names.add(name);
    errors.push(...requiredOneOf(protocol, PROTOCOLS, place.child('protocol')));
    return appProtocol ? [...errors, ...checked(appProtocol, qualifiedName, place.child('appProtocol'))] : errors;
  });
}

/** Source: pkg/apis/discovery/validation, ValidateEndpointSlice. */
function validateSlice({ addressType, endpoints, ports }: EndpointSlice, at: FieldPath): FieldError[] {
  const list = endpoints ?? [];
  const place = at.child('endpoints');
  return [
    ...requiredOneOf(addressType, TYPES, at.child('addressType')),
    ...(list.length > MAX_ENDPOINTS
      ? [place.tooMany(list.length, MAX_ENDPOINTS)]
      : each(list, place, (endpoint, one) => validateEndpoint(endpoint, addressType ?? '', one))),
    ...validatePorts(ports ?? [], at.child('ports')),
  ];
}

export const endpointSliceStrategy = defineStrategy(endpointSlices, {
  validate: validateSlice,
  validateUpdate: (next, previous, at) =>
    validateImmutable(next.addressType, previous.addressType, at.child('addressType')),
});
