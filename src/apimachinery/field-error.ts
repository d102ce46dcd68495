import type { StatusCause } from '#gen/meta/v1.ts';

/** Why a field was refused. Source: apimachinery util/validation/field, with its exact sentences. */
export interface FieldError {
  readonly reason: FieldErrorReason;
  readonly field: string;
  /** What stands behind `field: ` in messages. */
  readonly detail: string;
}

export type FieldErrorReason =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'InternalError'
  | 'FieldValueTypeInvalid';

/** How Go's field errors print the offending value. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** A place in an object, and the makers of the errors that can be found there. */
export class FieldPath {
  readonly #text: string;
  constructor(text = '') {
    this.#text = text;
  }
  child(...names: string[]): FieldPath {
    return new FieldPath([this.#text, ...names].filter((part) => part !== '').join('.'));
  }
  index(position: number): FieldPath {
    return new FieldPath(`${this.#text}[${position}]`);
  }
  key(name: string): FieldPath {
    return new FieldPath(`${this.#text}[${name}]`);
  }
  toString(): string {
    return this.#text === '' ? '<nil>' : this.#text;
  }
  #error(reason: FieldErrorReason, detail: string): FieldError {
    return { reason, field: this.toString(), detail };
  }
  required(detail = ''): FieldError {
    return this.#error('FieldValueRequired', `Required value${detail && `: ${detail}`}`);
  }
  invalid(value: unknown, detail: string): FieldError {
    return this.#error('FieldValueInvalid', `Invalid value: ${shown(value)}${detail && `: ${detail}`}`);
  }
  typeInvalid(value: unknown, detail: string): FieldError {
    return this.#error('FieldValueTypeInvalid', `Invalid value: ${shown(value)}${detail && `: ${detail}`}`);
  }
  notSupported(value: unknown, supported: readonly string[]): FieldError {
    const list = supported.map((one) => JSON.stringify(one)).join(', ');
    const tail = supported.length > 0 ? `: supported values: ${list}` : '';
    return this.#error('FieldValueNotSupported', `Unsupported value: ${shown(value)}${tail}`);
  }
  forbidden(detail: string): FieldError {
    return this.#error('FieldValueForbidden', `Forbidden${detail && `: ${detail}`}`);
  }
  duplicate(value: unknown): FieldError {
    return this.#error('FieldValueDuplicate', `Duplicate value: ${shown(value)}`);
  }
  notFound(value: unknown): FieldError {
    return this.#error('FieldValueNotFound', `Not found: ${shown(value)}`);
  }
  tooLong(maxBytes: number): FieldError {
    return this.#error('FieldValueTooLong', `Too long: may not be more than ${maxBytes} bytes`);
  }
  tooMany(actual: number, max: number): FieldError {
    const noun = max === 1 ? 'item' : 'items';
    return this.#error('FieldValueTooMany', `Too many: ${actual}: must have at most ${max} ${noun}`);
  }
  internal(detail: string): FieldError {
    return this.#error('InternalError', `Internal error: ${detail}`);
  }
}

export function causeOf(error: FieldError): StatusCause {
  return { reason: error.reason, message: error.detail, field: error.field };
}
