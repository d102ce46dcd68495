import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { PodSpec } from '#gen/core/v1.ts';
import { checked, each, required, requiredOneOf } from '../../validation/fields.ts';
import { dns1123Label, dns1123Subdomain, ipAddress } from '../../validation/formats.ts';

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;
const POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

function validateConfig(config: NonNullable<PodSpec['dnsConfig']>, at: FieldPath): FieldError[] {
  const { nameservers = [], searches = [], options } = config;
  const errors: FieldError[] = [];
  if (nameservers.length > MAX_NAMESERVERS) {
    const sentence = `must not have more than ${MAX_NAMESERVERS} nameservers`;
    errors.push(at.child('nameservers').invalid(nameservers, sentence));
  }
  errors.push(...each(nameservers, at.child('nameservers'), (one, place) => checked(one, ipAddress, place)));
  if (searches.length > MAX_SEARCHES) {
    errors.push(at.child('searches').invalid(searches, `must not have more than ${MAX_SEARCHES} search paths`));
  }
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS) {
    const sentence = `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`;
    errors.push(at.child('searches').invalid(searches, sentence));
  }
  errors.push(
    ...each(searches, at.child('searches'), (one, place) =>
      one === '.' ? [] : checked(one.replace(/\.$/, ''), dns1123Subdomain, place),
    ),
  );
  return [
    ...errors,
    ...each(options, at.child('options'), ({ name }, place) => required(name, place, 'must not be empty')),
  ];
}

/** Source: pkg/apis/core/validation, validateDNSPolicy and validatePodDNSConfig. */
export function validateDns({ dnsPolicy, dnsConfig }: PodSpec, at: FieldPath): FieldError[] {
  const errors = requiredOneOf(dnsPolicy, POLICIES, at.child('dnsPolicy'));
  if (dnsPolicy === 'None' && !dnsConfig) {
    errors.push(at.child('dnsConfig').required('must provide `dnsConfig` when `dnsPolicy` is None'));
  } else if (dnsPolicy === 'None' && !dnsConfig?.nameservers?.length) {
    const sentence = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    errors.push(at.child('dnsConfig', 'nameservers').required(sentence));
  }
  return dnsConfig ? [...errors, ...validateConfig(dnsConfig, at.child('dnsConfig'))] : errors;
}

export function validateHostNames({ hostname, subdomain, hostAliases }: PodSpec, at: FieldPath): FieldError[] {
  return [
    ...(hostname ? checked(hostname, dns1123Label, at.child('hostname')) : []),
    ...(subdomain ? checked(subdomain, dns1123Label, at.child('subdomain')) : []),
    ...each(hostAliases, at.child('hostAliases'), ({ ip, hostnames }, place) => [
      ...checked(ip, ipAddress, place.child('ip')),
      ...(hostnames ?? []).flatMap((name) => checked(name, dns1123Subdomain, place.child('hostnames'))),
    ]),
  ];
}
