import type { ApiResponse } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Call } from '../registry/engine/core.ts';

/** A resource that is answered, not stored. */
export interface VirtualResource {
  readonly resource: Pick<Resource, 'group' | 'plural'>;
  readonly serve: (call: Call) => Promise<ApiResponse>;
}
