import type { KubeObject } from '#apimachinery/object.ts';
import type { Column, Resource } from '#apimachinery/resource.ts';

/** The resource with exactly these columns: for the few kinds that upstream prints without a leading name or without an age. */
export function withExactColumns<T extends KubeObject>(
  resource: Resource<T>,
  columns: readonly Column<NoInfer<T>>[],
): Resource<T> {
  return { ...resource, columns };
}
