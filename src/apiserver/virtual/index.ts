import { localSubjectAccess, selfSubjectAccess, selfSubjectRules, subjectAccess } from './access-reviews.ts';
import { legacyBindings } from './bindings.ts';
import { type ComponentHealth, componentHealth } from './component-statuses.ts';
import { selfReview } from './self-review.ts';
import { type ReviewToken, tokenReview } from './token-review.ts';
import type { VirtualResource } from './virtual-resource.ts';

export interface VirtualOptions {
  reviewToken?: ReviewToken | undefined;
  componentHealth?: (() => readonly ComponentHealth[]) | undefined;
}

/** Every resource that is answered instead of stored. */
export function virtualResources(options: VirtualOptions): readonly VirtualResource[] {
  return [
    subjectAccess,
    localSubjectAccess,
    selfSubjectAccess,
    selfSubjectRules,
    selfReview,
    legacyBindings,
    componentHealth(options.componentHealth ?? (() => [])),
    ...(options.reviewToken ? [tokenReview(options.reviewToken)] : []),
  ];
}
