import { endpoints } from '#api/core/v1/endpoints.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { EndpointAddress, EndpointPort, EndpointSubset } from '#gen/core/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { validateNotSpecial } from '../validation/endpoint-ip.ts';
import { checked, each, requiredAs, requiredOneOf } from '../validation/fields.ts';
import { dns1123Label, dns1123Subdomain, ipAddress, portNumber, qualifiedName } from '../validation/formats.ts';
import { PROTOCOLS } from './pod/ports.ts';

function validateAddress({ ip, hostname, nodeName }: EndpointAddress, at: FieldPath): FieldError[] {
  const place = at.child('ip');
  const errors = checked(ip, ipAddress, place);
  if (errors.length > 0) return errors;
  return [
    ...(hostname ? checked(hostname, dns1123Label, at.child('hostname')) : []),
    ...(nodeName ? checked(nodeName, dns1123Subdomain, at.child('nodeName')) : []),
    ...validateNotSpecial(ip, place),
  ];
}

function validatePort(port: EndpointPort, isNamed: boolean, at: FieldPath): FieldError[] {
  const name = at.child('name');
  return [
    ...(isNamed ? requiredAs(port.name, dns1123Label, name) : port.name ? checked(port.name, dns1123Label, name) : []),
    ...portNumber(port.port).map((sentence) => at.child('port').invalid(port.port, sentence)),
    ...requiredOneOf(port.protocol, PROTOCOLS, at.child('protocol')),
    ...(port.appProtocol ? checked(port.appProtocol, qualifiedName, at.child('appProtocol')) : []),
  ];
}

/** Source: pkg/apis/core/validation, validateEndpointSubset. */
function validateSubset({ addresses, notReadyAddresses, ports }: EndpointSubset, at: FieldPath): FieldError[] {
  const isEmpty = !addresses?.length && !notReadyAddresses?.length;
  return [
    ...(isEmpty ? [at.required('must specify `addresses` or `notReadyAddresses`')] : []),
    ...each(addresses, at.child('addresses'), validateAddress),
    ...each(notReadyAddresses, at.child('notReadyAddresses'), validateAddress),
    ...each(ports, at.child('ports'), (port, place) => validatePort(port, (ports?.length ?? 0) > 1, place)),
  ];
}

export const endpointsStrategy = defineStrategy(endpoints, {
  validate: ({ subsets }, at) => each(subsets, at.child('subsets'), validateSubset),
});
