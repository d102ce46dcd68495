import { isIPv4 } from 'node:net';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';

const SPECIAL: readonly (readonly [(ip: string) => boolean, string])[] = [
  [(ip) => ip === '0.0.0.0' || ip === '::', 'may not be unspecified (0.0.0.0 or ::)'],
  [
    (ip) => (isIPv4(ip) ? ip.startsWith('127.') : ip === '::1'),
    'may not be in the loopback range (127.0.0.0/8, ::1/128)',
  ],
  [
    (ip) => (isIPv4(ip) ? ip.startsWith('169.254.') : /^fe[89ab]/i.test(ip)),
    'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
  ],
  [
    (ip) => (isIPv4(ip) ? ip.startsWith('224.0.0.') : /^ff02/i.test(ip)),
    'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
  ],
];

/** Addresses that would reach the node itself are no endpoints. Source: pkg/apis/core/validation, ValidateNonSpecialIP. */
export const validateNotSpecial = (ip: string, at: FieldPath): FieldError[] =>
  SPECIAL.filter(([matches]) => matches(ip)).map(([, sentence]) => at.invalid(ip, sentence));
