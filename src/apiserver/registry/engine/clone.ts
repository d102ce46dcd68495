/** A deep copy of JSON-like data, several times faster than structuredClone; undefined members are left out. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => cloneJson(item)) as T;
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    if (key === '__proto__') Object.defineProperty(copy, key, { value: cloneJson(member), enumerable: true });
    else copy[key] = cloneJson(member);
  }
  return copy as T;
}
