/** A word (`app`, `in`), a mark, or the end. */
export interface LabelToken {
  readonly kind: 'word' | 'end' | ',' | '(' | ')' | '!' | '=' | '==' | '!=' | '>' | '<';
  /** As it stands in the selector; empty at the end. */
  readonly text: string;
}

/** White space between tokens means nothing; a word goes up to the next mark. Source: apimachinery labels.Lexer. */
const TOKEN = /[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^ \t\r\n=!(),<>]+))/y;

/** The parts of a selector's text; the end is not among them. */
export function tokensOf(text: string): LabelToken[] {
  const tokens: LabelToken[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const [, mark, word] = match;
    if (mark) tokens.push({ kind: mark as LabelToken['kind'], text: mark });
    else tokens.push({ kind: 'word', text: word ?? '' });
  }
  return tokens;
}
