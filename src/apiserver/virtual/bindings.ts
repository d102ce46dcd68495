import { bindings } from '#api/core/v1/binding.ts';
import { binding } from '../subresources/binding.ts';
import type { VirtualResource } from './virtual-resource.ts';

/** The old way to bind a pod; the same as `pods/binding`. */
export const legacyBindings: VirtualResource = { resource: bindings, serve: (call) => binding.serve(call) };
