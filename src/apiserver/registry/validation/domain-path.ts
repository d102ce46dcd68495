import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { checked } from './fields.ts';
import { dns1123Subdomain } from './formats.ts';

const PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;
const PATH_SENTENCE =
  "a valid HTTP path must consist of valid URL path characters (e.g. '/foo', or 'bar.baz', regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";

/** `acme.io/foo`. Source: apimachinery util/validation, IsDomainPrefixedPath. */
export function validateDomainPath(text: string, at: FieldPath): FieldError[] {
  if (text === '') return [at.required('')];
  const slash = text.indexOf('/');
  const [host, path] = slash < 0 ? ['', ''] : [text.slice(0, slash), text.slice(slash + 1)];
  if (!host || !path) return [at.invalid(text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  return [...checked(host, dns1123Subdomain, at), ...(PATH.test(path) ? [] : [at.invalid(path, PATH_SENTENCE)])];
}
