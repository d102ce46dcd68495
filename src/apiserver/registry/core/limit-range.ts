import { limitRanges } from '#api/core/v1/limit-range.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { asQuantity, compareQuantities, formatQuantity } from '#apimachinery/quantity.ts';
import type { LimitRangeItem } from '#gen/core/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { checked, each, unique } from '../validation/fields.ts';
import { qualifiedName } from '../validation/formats.ts';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const POD_ONLY = "may not be specified when `type` is 'Pod'";
const NO_STORAGE = 'either minimum or maximum storage value is required, but neither was provided';

const text = (amount: string): string => formatQuantity(asQuantity(amount));

function validateType(type: string, at: FieldPath): FieldError[] {
  const errors = checked(type, qualifiedName, at);
  if (type.includes('/') || TYPES.includes(type)) return errors;
  return [...errors, at.invalid(type, 'must be a standard limit type or fully qualified')];
}

type ListName = 'min' | 'max' | 'default' | 'defaultRequest';
interface Order {
  readonly low: ListName;
  readonly high: ListName;
  /** Where a wrong order is reported. */
  readonly at: ListName;
  /** How both are called: `min value 2 is greater than max value 1`. */
  readonly words: readonly [string, string];
}

const ORDERS: readonly Order[] = [
  { low: 'min', high: 'max', at: 'min', words: ['min', 'max'] },
  { low: 'min', high: 'defaultRequest', at: 'defaultRequest', words: ['min', 'default request'] },
  { low: 'defaultRequest', high: 'max', at: 'defaultRequest', words: ['default request', 'max'] },
  { low: 'defaultRequest', high: 'default', at: 'defaultRequest', words: ['default request', 'default limit'] },
  { low: 'min', high: 'default', at: 'default', words: ['min', 'default'] },
  { low: 'default', high: 'max', at: 'default', words: ['default', 'max'] },
];

function validateOrder(item: LimitRangeItem, name: string, at: FieldPath): FieldError[] {
  return ORDERS.flatMap(({ low, high, at: list, words }) => {
    const [lower, upper] = [item[low]?.[name], item[high]?.[name]];
    if (lower === undefined || upper === undefined || compareQuantities(lower, upper) <= 0) return [];
    const sentence = `${words[0]} value ${text(lower)} is greater than ${words[1]} value ${text(upper)}`;
    return [
      at
        .child(list)
        .key(name)
        .invalid(text(item[list]?.[name] ?? '0'), sentence),
    ];
  });
}

function validateRatio(item: LimitRangeItem, name: string, at: FieldPath): FieldError[] {
  const ratio = item.maxLimitRequestRatio?.[name];
  if (ratio === undefined || compareQuantities(ratio, 1) >= 0) return [];
  return [
    at
      .child('maxLimitRequestRatio')
      .key(name)
      .invalid(text(ratio), `ratio ${text(ratio)} is less than 1`),
  ];
}

function validateKind(item: LimitRangeItem, at: FieldPath): FieldError[] {
  if (item.type === 'Pod') {
    return (['default', 'defaultRequest'] as const)
      .filter((name) => Object.keys(item[name] ?? {}).length > 0)
      .map((name) => at.child(name).forbidden(POD_ONLY));
  }
  if (item.type !== 'PersistentVolumeClaim' || item.min?.['storage'] || item.max?.['storage']) return [];
  return [at.required(NO_STORAGE)];
}

/** Source: pkg/apis/core/validation, ValidateLimitRange. */
function validateItem(item: LimitRangeItem, at: FieldPath): FieldError[] {
  const lists = [item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio];
  const names = [...new Set(lists.flatMap((list) => Object.keys(list ?? {})))];
  return [
    ...validateType(item.type, at.child('type')),
    ...validateKind(item, at),
    ...names.flatMap((name) => [...validateOrder(item, name, at), ...validateRatio(item, name, at)]),
  ];
}

export const limitRangeStrategy = defineStrategy(limitRanges, {
  validate({ spec }, at) {
    const place = at.child('spec', 'limits');
    return [
      ...each(spec?.limits, place, validateItem),
      ...unique(
        spec?.limits,
        ({ type }) => type,
        (index) => place.index(index).child('type'),
      ),
    ];
  },
});
