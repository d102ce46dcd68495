import type { ApiResponse } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Call } from '../registry/engine/core.ts';

/** What stands behind `<resource>/<name>`, once the request is authorized. */
export interface SubresourceHandler {
  /** Undefined: the same for every resource that has a subresource of this name. */
  readonly resource?: Pick<Resource, 'group' | 'plural'> | undefined;
  readonly name: string;
  readonly serve: (call: Call) => Promise<ApiResponse>;
}

/** `{ kind: Status, status: Success }`, the answer of subresources that make nothing. */
export function success(code: 200 | 201): ApiResponse {
  return { kind: 'status', code, status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code } };
}
