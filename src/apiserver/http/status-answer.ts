import { failure, StatusError } from '#apimachinery/status.ts';
import type { Status } from '#gen/meta/v1.ts';

/** 404 below a known group and version. Source: errors.NewGenericServerResponse. */
export const unknownResource = (): StatusError =>
  failure({ code: 404, reason: 'NotFound', message: 'the server could not find the requested resource', details: {} });

/** 405 where the path exists and the method does not. */
export const unknownMethod = (): StatusError =>
  failure({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  });

/** The Status that a thrown value becomes; what is not ours is a 500 that names the cause. */
export function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  const message = error instanceof Error ? error.message : String(error);
  return failure({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${message}`,
    details: { causes: [{ message }] },
  }).status;
}
