/**
 * Brings two orders together: `wanted` (what a patch or applied configuration lists) decides among its own, and what
 * only the server has keeps its place in relation to those that were there before.
 */
export function mergeOrder(before: readonly string[], wanted: readonly string[]): string[] {
  const isWanted = new Set(wanted);
  const positions = new Map(before.map((key, index) => [key, index]));
  const others = before.filter((key) => !isWanted.has(key));
  const merged: string[] = [];
  let next = 0;
  for (const key of wanted) {
    const position = positions.get(key);
    while (position !== undefined && next < others.length && (positions.get(others[next] ?? '') ?? 0) < position) {
      merged.push(others[next] ?? '');
      next += 1;
    }
    merged.push(key);
  }
  return [...merged, ...others.slice(next)];
}
