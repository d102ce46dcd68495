import { defineResource } from '#apimachinery/resource.ts';
import type { LimitRange } from '#gen/core/v1.ts';

export const limitRanges = defineResource<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  scope: 'Namespaced',
  shortNames: ['limits'],
});
