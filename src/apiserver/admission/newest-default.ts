import type { KubeObject } from '#apimachinery/object.ts';

/** Of the classes annotated as default the newest, then the first by name. */
export function newestDefault<T extends KubeObject>(classes: readonly T[], annotation: string): T | undefined {
  const defaults = classes.filter(({ metadata }) => metadata.annotations?.[annotation] === 'true');
  return defaults.sort((a, b) => {
    const [left, right] = [a.metadata, b.metadata];
    if (left.creationTimestamp !== right.creationTimestamp)
      return left.creationTimestamp < right.creationTimestamp ? 1 : -1;
    return left.name < right.name ? -1 : 1;
  })[0];
}
