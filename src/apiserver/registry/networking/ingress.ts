import { isIP } from 'node:net';
import { ingresses } from '#api/networking/v1/ingress.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { HTTPIngressPath, Ingress, IngressRule, IngressSpec, IngressTLS } from '#gen/networking/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { checked, each } from '../validation/fields.ts';
import { dns1123Subdomain, wildcardSubdomain } from '../validation/formats.ts';
import { validateBackend } from './ingress-backend.ts';

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_ENDS = ['/..', '/.'];

const validateHost = (host: string, at: FieldPath): FieldError[] =>
  checked(host, host.includes('*') ? wildcardSubdomain : dns1123Subdomain, at);

function validatePathText({ path = '', pathType }: HTTPIngressPath, at: FieldPath): FieldError[] {
  if (pathType === 'ImplementationSpecific') {
    return path && !path.startsWith('/') ? [at.invalid(path, 'must be an absolute path')] : [];
  }
  return [
    ...(path.startsWith('/') ? [] : [at.invalid(path, 'must be an absolute path')]),
    ...BAD_SEQUENCES.filter((bad) => path.includes(bad)).map((bad) => at.invalid(path, `must not contain '${bad}'`)),
    ...BAD_ENDS.filter((bad) => path.endsWith(bad)).map((bad) => at.invalid(path, `cannot end with '${bad}'`)),
  ];
}

function validatePath(path: HTTPIngressPath, at: FieldPath): FieldError[] {
  const type = at.child('pathType');
  if (!path.pathType) return [type.required('pathType must be specified')];
  const errors = PATH_TYPES.includes(path.pathType)
    ? validatePathText(path, at.child('path'))
    : [type.notSupported(path.pathType, PATH_TYPES)];
  return [...errors, ...validateBackend(path.backend ?? {}, at.child('backend'))];
}

function validateRule({ host, http }: IngressRule, at: FieldPath): FieldError[] {
  const place = at.child('host');
  const errors = host && isIP(host) ? [place.invalid(host, 'must be a DNS name, not an IP address')] : [];
  if (host) errors.push(...validateHost(host, place));
  if (!http) return errors;
  const paths = at.child('http', 'paths');
  return [...errors, ...(http.paths?.length ? each(http.paths, paths, validatePath) : [paths.required('')])];
}

const validateTls = ({ hosts, secretName }: IngressTLS, at: FieldPath): FieldError[] => [
  ...each(hosts, at.child('hosts'), validateHost),
  ...(secretName ? checked(secretName, dns1123Subdomain, at.child('secretName')) : []),
];

/** Source: pkg/apis/networking/validation, ValidateIngressSpec. */
function validateSpec(spec: IngressSpec, at: FieldPath): FieldError[] {
  const { rules, defaultBackend, tls, ingressClassName: name } = spec;
  return [
    ...(rules?.length || defaultBackend
      ? []
      : [at.invalid(rules ?? null, 'either `defaultBackend` or `rules` must be specified')]),
    ...(defaultBackend ? validateBackend(defaultBackend, at.child('defaultBackend')) : []),
    ...each(rules, at.child('rules'), validateRule),
    ...each(tls, at.child('tls'), validateTls),
    ...(name === undefined ? [] : checked(name, dns1123Subdomain, at.child('ingressClassName'))),
  ];
}

const ANNOTATION = 'kubernetes.io/ingress.class';

function validateAnnotation({ metadata, spec }: Ingress, at: FieldPath): FieldError[] {
  const old = metadata.annotations?.[ANNOTATION];
  const name = spec?.ingressClassName;
  if (old === undefined || name === undefined || old === name) return [];
  const sentence = 'must match `ingressClassName` when both are specified';
  return [at.child('annotations', ANNOTATION).invalid(old, sentence)];
}

export const ingressStrategy = defineStrategy(ingresses, {
  validate: ({ spec }, at) => validateSpec(spec ?? {}, at.child('spec')),
  validateCreate: validateAnnotation,
});
