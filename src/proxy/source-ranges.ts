interface Range {
  readonly first: number;
  readonly bits: number;
}

/** IPv4 ranges without those that others contain, in the form `first address/bits`. One that holds everything: none. */
export function distinctRanges(texts: readonly string[]): readonly string[] {
  const ranges = texts.flatMap((text) => parse(text.trim()) ?? []).sort((a, b) => a.bits - b.bits);
  if (ranges[0]?.bits === 0) return [];
  const kept: Range[] = [];
  for (const range of ranges) if (!kept.some((wider) => contains(wider, range))) kept.push(range);
  return kept.map(({ first, bits }) => `${[24, 16, 8, 0].map((shift) => (first >>> shift) & 255).join('.')}/${bits}`);
}

function parse(text: string): Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text);
  if (!match) return undefined;
  const bits = Number(match[5]);
  const address = match.slice(1, 5).reduce((value, part) => ((value << 8) | Number(part)) >>> 0, 0);
  return { first: (address & maskOf(bits)) >>> 0, bits };
}

const maskOf = (bits: number) => (bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0);

function contains(wider: Range, range: Range): boolean {
  return wider.bits <= range.bits && (range.first & maskOf(wider.bits)) >>> 0 === wider.first;
}
