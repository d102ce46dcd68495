import { certificateSigningRequests } from '#api/certificates/v1/certificate-signing-request.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { CertificateSigningRequest, CertificateSigningRequestSpec } from '#gen/certificates/v1.ts';
import { defineStrategy, type StrategyContext } from '../../strategy.ts';
import { each, unique } from '../validation/fields.ts';
import { byteLength, dns1123Subdomain, qualifiedName } from '../validation/formats.ts';
import { whyNoRequest } from './request.ts';
import { USAGES } from './usages.ts';

const MIN_SECONDS = 600;
const MAX_SIGNER_BYTES = 571;
const DOMAIN_PATH = "must be a fully qualified domain and path of the form 'example.com/signer-name'";

/** Who asks is the server's to say. Source: pkg/registry/certificates/certificates/strategy.go. */
function takeIdentity(csr: CertificateSigningRequest, { user }: StrategyContext): void {
  csr.spec ??= { request: '', signerName: '' };
  csr.spec.username = user.name;
  csr.spec.uid = user.uid;
  csr.spec.groups = [...user.groups];
  csr.spec.extra = undefined;
  if (user.extra) {
    csr.spec.extra = Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]]));
  }
  for (const name of ['uid', 'extra'] as const) if (csr.spec[name] === undefined) delete csr.spec[name];
  csr.status = {};
}

function validateSigner(name: string, at: FieldPath): FieldError[] {
  if (!name) return [at.required('')];
  const [domain = '', path, ...rest] = name.split('/');
  if (path === undefined || rest.length > 0) return [at.invalid(name, DOMAIN_PATH)];
  if (byteLength(name) > MAX_SIGNER_BYTES) return [at.tooLong(MAX_SIGNER_BYTES)];
  const errors = dns1123Subdomain(domain).map((sentence) =>
    at.invalid(domain, `validating label ${JSON.stringify(domain)}: ${sentence}`),
  );
  if (!domain.includes('.'))
    errors.push(at.invalid(domain, 'should be a domain with at least two segments separated by dots'));
  errors.push(...path.split('.').flatMap((label) => qualifiedName(label).map((why) => at.invalid(label, why))));
  if (name !== 'kubernetes.io/legacy-unknown') return errors;
  return [...errors, at.invalid(name, 'the legacy signerName is not allowed via this API version')];
}

function validateUsages(usages: CertificateSigningRequestSpec['usages'], at: FieldPath): FieldError[] {
  if (!usages?.length) return [at.required('')];
  return [
    ...each(usages, at, (usage, place) => (USAGES.includes(usage) ? [] : [place.notSupported(usage, USAGES)])),
    ...unique(
      usages,
      (usage) => usage,
      (index) => at.index(index),
    ),
  ];
}

/** Source: pkg/apis/certificates/validation, validateCertificateSigningRequest. */
function validate({ spec }: CertificateSigningRequest, at: FieldPath): FieldError[] {
  const place = at.child('spec');
  const request = spec?.request ?? '';
  const seconds = spec?.expirationSeconds;
  const why = whyNoRequest(Buffer.from(request, 'base64'));
  const errors = why === undefined ? [] : [place.child('request').invalid(request, why)];
  errors.push(...validateUsages(spec?.usages, place.child('usages')));
  errors.push(...validateSigner(spec?.signerName ?? '', place.child('signerName')));
  if (seconds !== undefined && seconds < MIN_SECONDS) {
    const sentence = 'may not specify a duration less than 600 seconds (10 minutes)';
    errors.push(place.child('expirationSeconds').invalid(seconds, sentence));
  }
  return errors;
}

/** Requests may have any name. */
export const certificateSigningRequestStrategy = defineStrategy(certificateSigningRequests, {
  validateName: () => [],
  prepareForCreate: takeIdentity,
  prepareForUpdate(next, previous) {
    next.spec = previous.spec;
  },
  validateCreate: validate,
});
