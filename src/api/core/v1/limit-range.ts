import { defineResource } from '#apimachinery/resource.ts';
import type { LimitRange } from '#gen/core/v1.ts';
import { createdAtColumn, nameColumn } from '../../columns/age.ts';
import { withExactColumns } from '../../columns/exact.ts';
import { defaultLimitRange } from '../../defaults/limit-range.ts';

export const limitRanges = withExactColumns(
  defineResource<LimitRange>({
    group: '',
    version: 'v1',
    kind: 'LimitRange',
    plural: 'limitranges',
    scope: 'Namespaced',
    shortNames: ['limits'],
    defaults: defaultLimitRange,
  }),
  [nameColumn, createdAtColumn],
);
