import type { Status, StatusCause, StatusDetails } from '#gen/meta/v1.ts';
import { causeOf, type FieldError } from './field-error.ts';
import { groupResourceOf, type Resource } from './resource.ts';

type Named = Pick<Resource, 'group' | 'plural'>;

/** The one error of the API border: carries a metav1.Status, which goes to the client as it is. */
export class StatusError extends Error {
  override name = 'StatusError';
  readonly status: Status;
  /** Seconds after which to try again (HTTP `Retry-After`), where the reason allows it. */
  constructor(status: Status, options?: ErrorOptions) {
    super(status.message ?? status.reason ?? 'unknown', options);
    this.status = status;
  }
  get code(): number {
    return this.status.code ?? 500;
  }
  get reason(): string {
    return this.status.reason ?? '';
  }
}

interface Failure {
  code: number;
  reason: string;
  message: string;
  details?: StatusDetails | undefined;
  cause?: unknown;
}

export function failure({ code, reason, message, details, cause }: Failure): StatusError {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details && { details }),
    code,
  };
  return new StatusError(status, cause === undefined ? undefined : { cause });
}

const details = ({ group, plural }: Named, name: string): StatusDetails => ({
  ...(name && { name }),
  ...(group && { group }),
  kind: plural,
});

export const notFound = (resource: Named, name: string): StatusError =>
  failure({
    code: 404,
    reason: 'NotFound',
    message: `${groupResourceOf(resource)} "${name}" not found`,
    details: details(resource, name),
  });

export const alreadyExists = (resource: Named, name: string): StatusError =>
  failure({
    code: 409,
    reason: 'AlreadyExists',
    message: `${groupResourceOf(resource)} "${name}" already exists`,
    details: details(resource, name),
  });

export const conflict = (resource: Named, name: string, why: string): StatusError =>
  failure({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${groupResourceOf(resource)} "${name}": ${why}`,
    details: details(resource, name),
  });

export const STALE_OBJECT =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 422: `kind` is the object's kind, since upstream names the kind here and the resource elsewhere. */
export function invalid(
  kind: { group: string; kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const causes: StatusCause[] = errors.map(causeOf);
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.detail}`))];
  const shown = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const noun = kind.group ? `${kind.kind}.${kind.group}` : kind.kind;
  return failure({
    code: 422,
    reason: 'Invalid',
    message: `${noun} "${name}" is invalid${shown ? `: ${shown}` : ''}`,
    details: { ...(name && { name }), ...(kind.group && { group: kind.group }), kind: kind.kind, causes },
  });
}

export const badRequest = (message: string): StatusError => failure({ code: 400, reason: 'BadRequest', message });

export const forbidden = (resource: Named, name: string, why: string): StatusError =>
  failure({
    code: 403,
    reason: 'Forbidden',
    message: `${groupResourceOf(resource)} "${name}" is forbidden: ${why}`,
    details: details(resource, name),
  });

export const unauthorized = (message = 'Unauthorized'): StatusError =>
  failure({ code: 401, reason: 'Unauthorized', message });

export const methodNotSupported = (resource: Named, verb: string): StatusError =>
  failure({
    code: 405,
    reason: 'MethodNotAllowed',
    message: `${verb} is not supported on resources of kind "${groupResourceOf(resource)}"`,
    details: details(resource, ''),
  });

/** 410 for watches and exact lists (`Gone` is the older reason, still used by nobody). */
export const expired = (message: string): StatusError => failure({ code: 410, reason: 'Expired', message });

export const requestEntityTooLarge = (message: string): StatusError =>
  failure({ code: 413, reason: 'RequestEntityTooLarge', message });

export const unsupportedMediaType = (message: string): StatusError =>
  failure({ code: 415, reason: 'UnsupportedMediaType', message });

export const notAcceptable = (message: string): StatusError => failure({ code: 406, reason: 'NotAcceptable', message });

export const serviceUnavailable = (message: string): StatusError =>
  failure({ code: 503, reason: 'ServiceUnavailable', message });

export const internalError = (cause: unknown): StatusError => {
  const message = cause instanceof Error ? cause.message : String(cause);
  return failure({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${message}`,
    details: { causes: [{ message }] },
    cause,
  });
};

const hasReason =
  (reason: string) =>
  (error: unknown): error is StatusError =>
    error instanceof StatusError && error.reason === reason;

export const isNotFound = hasReason('NotFound');
export const isAlreadyExists = hasReason('AlreadyExists');
export const isConflict = hasReason('Conflict');
export const isInvalid = hasReason('Invalid');
export const isForbidden = hasReason('Forbidden');
export const isExpired = (error: unknown): error is StatusError => error instanceof StatusError && error.code === 410;
