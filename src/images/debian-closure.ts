/**
 * The packages that `roots` need, read from `apt-cache depends --recurse`. Of alternatives the first that is a real
 * package counts; a virtual package (`<name>`) stands for the first that provides it.
 */
export function debianClosure(graph: string, roots: readonly string[], without: readonly string[]): string[] {
  const excluded = new RegExp(`^(${[...without, '$^'].join('|')})$`);
  const needs = readGraph(graph);
  const found = new Set<string>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name) || excluded.test(name)) continue;
    found.add(name);
    waiting.push(...(needs.get(name) ?? []));
  }
  return [...found].sort();
}

interface Reader {
  needs: Map<string, string[]>;
  current: string[];
  /** Inside a list of alternatives, of which one was taken already. */
  isAnswered: boolean;
  /** The virtual package whose first provider comes next. */
  virtual: boolean;
}

function readGraph(graph: string): Map<string, string[]> {
  const reader: Reader = { needs: new Map(), current: [], isAnswered: false, virtual: false };
  for (const line of graph.split('\n')) readLine(reader, line);
  return reader.needs;
}

function readLine(reader: Reader, line: string): void {
  const dependency = /^ ( |\|)(?:Pre)?Depends: (<?)([^>\s:]+)(?::any)?>?/.exec(line);
  if (dependency) {
    const [, bar, angle, name = ''] = dependency;
    reader.virtual = angle === '<' && !reader.isAnswered;
    if (!reader.isAnswered && angle !== '<') reader.current.push(name);
    // The bar marks every alternative but the last.
    const taken = reader.isAnswered || angle !== '<';
    reader.isAnswered = bar === '|' && taken;
    return;
  }
  const provider = /^ {4}(\S+)$/.exec(line)?.[1];
  if (provider !== undefined) {
    if (reader.virtual) reader.current.push(provider.split(':')[0] ?? provider);
    reader.virtual = false;
    return;
  }
  if (/^\S/.test(line)) {
    reader.current = [];
    reader.isAnswered = false;
    reader.virtual = false;
    reader.needs.set(line.trim(), reader.current);
  }
}
