/**
 * Replaces `$(NAME)` by its value; `$$` is a dollar, and an unknown name stays as it is written.
 * Source: upstream third_party/forked/golang/expansion.
 */
export function expand(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (valueOf(name) ?? whole),
  );
}

/** Like `expand`, for paths, where an unknown name is an error. @throws {Error} that names it. */
export function expandStrictly(text: string, valueOf: (name: string) => string | undefined): string {
  const missing: string[] = [];
  const expanded = expand(text, (name) => {
    const value = valueOf(name);
    if (value === undefined) missing.push(name);
    return value;
  });
  if (missing.length > 0)
    throw new Error(`missing value for ${missing.map((name) => JSON.stringify(name)).join(', ')}`);
  return expanded;
}
