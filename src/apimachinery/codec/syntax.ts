/**
 * Why a text is no JSON, in the words of Go's scanner; undefined when it finds nothing wrong.
 * Only used after JSON.parse refused, so it need not be fast. Source: encoding/json scanner.go.
 */
export function jsonSyntaxError(text: string): string | undefined {
  const scan = new Scanner(text);
  try {
    scan.value();
    scan.space();
    if (!scan.done()) scan.fail('after top-level value');
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
}

class SyntaxFault extends Error {}

class Scanner {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }

  done(): boolean {
    return this.#at >= this.#text.length;
  }

  fail(where: string): never {
    if (this.done()) {
      // Go feeds its scanner one space at the end, which is an error only where no space may stand.
      const isInside = /literal|escape/.test(where) && where !== 'in string literal';
      throw new SyntaxFault(isInside ? `invalid character ' ' ${where}` : 'unexpected end of JSON input');
    }
    throw new SyntaxFault(`invalid character ${quoteChar(this.#peek())} ${where}`);
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  space(): void {
    while (/[ \t\r\n]/.test(this.#peek())) this.#at++;
  }

  value(): void {
    this.space();
    const first = this.#peek();
    if (first === '{') this.#object();
    else if (first === '[') this.#array();
    else if (first === '"') this.#string();
    else if (first === '-' || /\d/.test(first)) this.#number();
    else if (first === 't') this.#literal('true');
    else if (first === 'f') this.#literal('false');
    else if (first === 'n') this.#literal('null');
    else this.fail('looking for beginning of value');
  }

  #object(): void {
    this.#at++;
    this.space();
    if (this.#take('}')) return;
    for (;;) {
      this.space();
      if (this.#peek() !== '"') this.fail('looking for beginning of object key string');
      this.#string();
      this.space();
      if (!this.#take(':')) this.fail('after object key');
      this.value();
      this.space();
      if (this.#take('}')) return;
      if (!this.#take(',')) this.fail('after object key:value pair');
    }
  }

  #array(): void {
    this.#at++;
    this.space();
    if (this.#take(']')) return;
    for (;;) {
      this.value();
      this.space();
      if (this.#take(']')) return;
      if (!this.#take(',')) this.fail('after array element');
    }
  }

  #string(): void {
    this.#at++;
    for (;;) {
      if (this.#take('"')) return;
      if (this.done() || this.#peek() < ' ') this.fail('in string literal');
      if (this.#take('\\')) this.#escape();
      else this.#at++;
    }
  }

  #escape(): void {
    if (this.done() || !/["\\/bfnrtu]/.test(this.#peek())) this.fail('in string escape code');
    if (!this.#take('u')) {
      this.#at++;
      return;
    }
    for (let digit = 0; digit < 4; digit++) {
      if (!/[0-9a-fA-F]/.test(this.#peek())) this.fail('in \\u hexadecimal character escape');
      this.#at++;
    }
  }

  #number(): void {
    this.#take('-');
    if (!this.#take('0')) this.#digits('in numeric literal');
    if (this.#take('.')) this.#digits('after decimal point in numeric literal');
    if (this.#take('e') || this.#take('E')) {
      if (!this.#take('+')) this.#take('-');
      this.#digits('in exponent of numeric literal');
    }
  }

  #digits(where: string): void {
    if (!/\d/.test(this.#peek())) this.fail(where);
    while (/\d/.test(this.#peek())) this.#at++;
  }

  #literal(word: string): void {
    for (const [index, letter] of word.split('').entries()) {
      if (!this.#take(letter)) this.fail(index === 0 ? '' : `in literal ${word} (expecting '${letter}')`);
    }
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at++;
    return true;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
  '\u0007': '\\a',
};

function quoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  if (char === '\\') return "'\\\\'";
  const escape = ESCAPES[char];
  if (escape) return `'${escape}'`;
  // Go scans bytes: of a character beyond ASCII it shows only the first byte, read as Latin-1.
  const byte = Buffer.from(char)[0] ?? 0;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  return byte >= 0x80 && byte < 0xa1 ? `'\\u${byte.toString(16).padStart(4, '0')}'` : `'${String.fromCharCode(byte)}'`;
}
