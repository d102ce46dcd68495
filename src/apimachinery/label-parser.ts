import { type FieldError, FieldPath } from './field-error.ts';
import { type LabelToken, tokensOf } from './label-tokens.ts';
import { labelValue, qualifiedName } from './names.ts';
import { badRequest } from './status.ts';

export type LabelOperator = 'exists' | '!' | 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt';

/** One condition of a label selector. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Sorted, each once; one for `=`, `==`, `!=`, `gt` and `lt`, none for `exists` and `!`. */
  readonly values: readonly string[];
}

/**
 * The conditions of `app=web,tier in (a,b),!old`, in the order of their keys.
 * Source: apimachinery labels.Parse, with its sentences. @throws {StatusError} 400
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  return new Parser(text).all().sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ['in', 'in'],
  ['notin', 'notin'],
  ['=', '='],
  ['==', '=='],
  ['!=', '!='],
  ['>', 'gt'],
  ['<', 'lt'],
]);
const BINARY = 'in, notin, =, ==, !=, gt, lt';

class Parser {
  readonly #tokens: readonly LabelToken[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  all(): LabelRequirement[] {
    const found: LabelRequirement[] = [];
    for (;;) {
      const next = this.#peek();
      if (next.kind === 'end') return found;
      if (!startsRequirement(next))
        throw badRequest(`found '${next.text}', expected: !, identifier, or 'end of string'`);
      found.push(this.#requirement());
      if (!this.#continues()) return found;
    }
  }

  /** Whether a comma, and after it another requirement, follows. */
  #continues(): boolean {
    const { kind, text } = this.#take();
    if (kind === 'end') return false;
    if (kind !== ',') throw badRequest(`found '${text}', expected: ',' or 'end of string'`);
    const after = this.#peek();
    if (!startsRequirement(after)) throw badRequest(`found '${after.text}', expected: identifier after ','`);
    return true;
  }

  #requirement(): LabelRequirement {
    const isNegated = this.#peek().kind === '!';
    if (isNegated) this.#take();
    const { kind, text: key } = this.#take();
    if (!isWord(kind)) throw unparsable(`found '${key}', expected: identifier`);
    const wrong = qualifiedName(key);
    if (wrong.length > 0) throw unparsable(together([new FieldPath().invalid(key, wrong.join('; '))]));
    const { kind: next } = this.#peek();
    // A negated key takes no operator; what follows it is refused by whoever looks for the comma.
    if (isNegated) return { key, operator: '!', values: [] };
    if (next === 'end' || next === ',') return { key, operator: 'exists', values: [] };
    return this.#comparison(key);
  }

  #comparison(key: string): LabelRequirement {
    const { text } = this.#take();
    const operator = OPERATORS.get(text);
    if (!operator) throw unparsable(`found '${text}', expected: ${BINARY}`);
    const values = operator === 'in' || operator === 'notin' ? this.#set() : [this.#exact()];
    const requirement = { key, operator, values };
    const errors = valueErrors(requirement);
    if (errors.length > 0) throw unparsable(together(errors));
    return requirement;
  }

  #exact(): string {
    const { kind } = this.#peek();
    if (kind === 'end' || kind === ',') return '';
    const { text } = this.#take();
    if (!isWord(kind)) throw unparsable(`found '${text}', expected: identifier`);
    return text;
  }

  /** `(a,b)`; `()` and gaps between commas stand for the empty value. */
  #set(): string[] {
    const open = this.#take();
    if (open.kind !== '(') throw unparsable(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.kind === ')') {
      this.#take();
      return [''];
    }
    if (!isWord(first.kind) && first.kind !== ',') {
      throw unparsable(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = this.#members();
    this.#take();
    return [...values].sort();
  }

  /** Up to the closing parenthesis, which stays. */
  #members(): Set<string> {
    const values = new Set<string>();
    for (;;) {
      const { kind, text } = this.#take();
      const next = this.#peek();
      if (isWord(kind)) {
        values.add(text);
        if (next.kind === ')') return values;
        if (next.kind !== ',') throw unparsable(`found '${next.text}', expected: ',' or ')'`);
      } else if (kind === ',') {
        if (values.size === 0 || next.kind === ')' || next.kind === ',') values.add('');
        if (next.kind === ')') return values;
        if (next.kind === ',') this.#take();
      } else throw unparsable(`found '${text}', expected: ',', or identifier`);
    }
  }

  #peek(): LabelToken {
    return this.#tokens[this.#at] ?? END;
  }

  #take(): LabelToken {
    return this.#tokens[this.#at++] ?? END;
  }
}

const END: LabelToken = { kind: 'end', text: '' };
const isWord = (kind: LabelToken['kind']) => kind === 'word';
const startsRequirement = ({ kind }: LabelToken) => kind === 'word' || kind === '!';
const unparsable = (why: string) => badRequest(`unable to parse requirement: ${why}`);

/** Numbers as Go's ParseInt takes them in 64 bits. */
function isInteger(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''));
}

function valueErrors({ key, operator, values }: LabelRequirement): FieldError[] {
  const path = new FieldPath('values');
  const isOrder = operator === 'gt' || operator === 'lt';
  const unordered = values.map((value, index) =>
    isOrder && !isInteger(value)
      ? [path.index(index).invalid(value, "for 'Gt', 'Lt' operators, the value must be an integer")]
      : [],
  );
  const misshaped = values.map((value, index) => {
    const why = labelValue(value);
    return why.length > 0 ? [path.index(index).key(key).invalid(value, why.join('; '))] : [];
  });
  return [...unordered, ...misshaped].flat();
}

/** How Go prints one error, or several together. */
function together(errors: readonly FieldError[]): string {
  const texts = errors.map(({ field, detail }) => `${field}: ${detail}`);
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}
