import type { LimitRange, LimitRangeItem } from '#gen/core/v1.ts';

/** For containers: the default limit is the maximum, the default request the default limit, then the minimum. */
function defaultItem(item: LimitRangeItem): void {
  if (item.type !== 'Container') return;
  item.default = { ...item.max, ...item.default };
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
}

/** Source: pkg/apis/core/v1/defaults.go, SetDefaults_LimitRangeItem. */
export function defaultLimitRange({ spec }: LimitRange): void {
  for (const item of spec?.limits ?? []) defaultItem(item);
}
