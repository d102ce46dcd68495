import { networkPolicies } from '#api/networking/v1/network-policy.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { IPBlock, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from '#gen/networking/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { isStrictSubset } from '../validation/cidr.ts';
import { checked, each } from '../validation/fields.ts';
import { cidr, portName, portNumber } from '../validation/formats.ts';
import { validateLabelSelector } from '../validation/label-selector.ts';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const TYPES = ['Ingress', 'Egress'];

const numbered = (value: number, at: FieldPath): FieldError[] =>
  portNumber(value).map((sentence) => at.invalid(value, sentence));

function validateEnd({ port, endPort }: NetworkPolicyPort, at: FieldPath): FieldError[] {
  if (endPort === undefined) return [];
  if (port === undefined) return [at.invalid(endPort, 'may not be specified when `port` is not specified')];
  if (typeof port === 'string') return [at.invalid(endPort, 'may not be specified when `port` is non-numeric')];
  const isBefore = endPort < port;
  return [
    ...(isBefore ? [at.invalid(endPort, 'must be greater than or equal to `port`')] : []),
    ...numbered(endPort, at),
  ];
}

function validatePort(port: NetworkPolicyPort, at: FieldPath): FieldError[] {
  const { protocol, port: value } = port;
  const isUnknown = protocol !== undefined && !PROTOCOLS.includes(protocol);
  return [
    ...(isUnknown ? [at.child('protocol').notSupported(protocol, PROTOCOLS)] : []),
    ...(typeof value === 'number' ? numbered(value, at.child('port')) : []),
    ...validateEnd(port, at.child('endPort')),
    ...(typeof value === 'string' ? checked(value, portName, at.child('port')) : []),
  ];
}

function validateBlock(block: IPBlock, at: FieldPath): FieldError[] {
  if (!block.cidr) return [at.child('cidr').required('')];
  const errors = checked(block.cidr, cidr, at.child('cidr'));
  if (errors.length > 0) return errors;
  return each(block.except, at.child('except'), (one, place) => {
    const wrong = checked(one, cidr, place);
    if (wrong.length > 0 || isStrictSubset(one, block.cidr)) return wrong;
    return [place.invalid(one, 'must be a strict subset of `cidr`')];
  });
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, at: FieldPath): FieldError[] {
  const given = [podSelector, namespaceSelector, ipBlock].filter(Boolean).length;
  const errors = [
    ...validateLabelSelector(podSelector, at.child('podSelector')),
    ...validateLabelSelector(namespaceSelector, at.child('namespaceSelector')),
    ...(ipBlock ? validateBlock(ipBlock, at.child('ipBlock')) : []),
  ];
  if (given === 0) return [...errors, at.required('must specify a peer')];
  if (given === 1 || !ipBlock) return errors;
  return [...errors, at.forbidden('may not specify both ipBlock and another peer')];
}

/** Source: pkg/apis/networking/validation, ValidateNetworkPolicySpec. */
function validateSpec({ podSelector, ingress, egress, policyTypes = [] }: NetworkPolicySpec, at: FieldPath) {
  const types = at.child('policyTypes');
  const errors = [
    ...validateLabelSelector(podSelector, at.child('podSelector')),
    ...each(ingress, at.child('ingress'), ({ ports, from }, place) => [
      ...each(ports, place.child('ports'), validatePort),
      ...each(from, place.child('from'), validatePeer),
    ]),
    ...each(egress, at.child('egress'), ({ ports, to }, place) => [
      ...each(ports, place.child('ports'), validatePort),
      ...each(to, place.child('to'), validatePeer),
    ]),
  ];
  if (policyTypes.length > TYPES.length) {
    return [...errors, types.invalid(policyTypes, 'may not specify more than two policyTypes')];
  }
  const unknown = each(policyTypes, types, (type, place) =>
    TYPES.includes(type) ? [] : [place.notSupported(type, TYPES)],
  );
  return [...errors, ...unknown];
}

export const networkPolicyStrategy = defineStrategy(networkPolicies, {
  allowUnconditionalUpdate: true,
  validate: ({ spec }, at) => validateSpec(spec ?? {}, at.child('spec')),
});
