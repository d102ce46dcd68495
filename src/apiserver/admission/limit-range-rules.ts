import { canonicalQuantity, compareQuantities, quantityMilliValue, quantityValue } from '#apimachinery/quantity.ts';
import type { LimitRangeItem } from '#gen/core/v1.ts';

export interface Usage {
  requests?: Readonly<Record<string, string>> | undefined;
  limits?: Readonly<Record<string, string>> | undefined;
}

interface Bound {
  readonly type: string;
  readonly name: string;
  readonly bound: string;
  readonly request: string | undefined;
  readonly limit: string | undefined;
}

/** Upstream's sentences for what is out of bounds; without the full stops that they once had. */
export function limitErrors(item: LimitRangeItem, { requests = {}, limits = {} }: Usage): string[] {
  const check = (bounds: Record<string, string> | undefined, rule: (bound: Bound) => string | undefined) =>
    Object.entries(bounds ?? {}).flatMap(([name, bound]) => {
      const facts = { type: item.type, name, bound, request: requests[name], limit: limits[name] };
      return rule(facts) ?? [];
    });
  return [...check(item.min, below), ...check(item.max, above), ...check(item.maxLimitRequestRatio, tooStretched)];
}

function below({ type, name, bound, request, limit }: Bound): string | undefined {
  const start = `minimum ${name} usage per ${type} is ${canonicalQuantity(bound)}`;
  if (request === undefined) return `${start}.  No request is specified`;
  if (compareQuantities(request, bound) < 0) return `${start}, but request is ${canonicalQuantity(request)}`;
  if (limit !== undefined && compareQuantities(limit, bound) < 0)
    return `${start}, but limit is ${canonicalQuantity(limit)}`;
  return undefined;
}

function above({ type, name, bound, request, limit }: Bound): string | undefined {
  const start = `maximum ${name} usage per ${type} is ${canonicalQuantity(bound)}`;
  if (limit === undefined) return `${start}.  No limit is specified`;
  if (compareQuantities(limit, bound) > 0) return `${start}, but limit is ${canonicalQuantity(limit)}`;
  if (request !== undefined && compareQuantities(request, bound) > 0) {
    return `${start}, but request is ${canonicalQuantity(request)}`;
  }
  return undefined;
}

function tooStretched({ type, name, bound, request, limit }: Bound): string | undefined {
  const start = `${name} max limit to request ratio per ${type} is ${canonicalQuantity(bound)}`;
  if (request === undefined || quantityValue(request) === 0) {
    return `${start}, but no request is specified or request is 0`;
  }
  if (limit === undefined || quantityValue(limit) === 0) return `${start}, but no limit is specified or limit is 0`;
  const ratio = exactValue(limit) / exactValue(request);
  return ratio > exactValue(bound) ? `${start}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

/** A quantity as a number, thousandths kept. */
function exactValue(quantity: string): number {
  return quantityMilliValue(quantity) / 1000;
}
