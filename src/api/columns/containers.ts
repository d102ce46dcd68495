import type { KubeObject } from '#apimachinery/object.ts';
import type { Column } from '#apimachinery/resource.ts';
import type { PodTemplateSpec } from '#gen/core/v1.ts';

const containersOf = (template: PodTemplateSpec | undefined) => template?.spec?.containers ?? [];

export const containerNames = (template: PodTemplateSpec | undefined): string =>
  containersOf(template)
    .map(({ name }) => name)
    .join(',');

export const containerImages = (template: PodTemplateSpec | undefined): string =>
  containersOf(template)
    .map(({ image }) => image ?? '')
    .join(',');

/** The wide columns `Containers`, `Images` and, where the kind has one, `Selector`. */
export function workloadColumns<T extends KubeObject>(
  template: (object: T) => PodTemplateSpec | undefined,
  selector?: (object: T) => string,
): Column<T>[] {
  const columns: Column<T>[] = [
    { name: 'Containers', type: 'string', priority: 1, of: (object) => containerNames(template(object)) },
    { name: 'Images', type: 'string', priority: 1, of: (object) => containerImages(template(object)) },
  ];
  if (selector) columns.push({ name: 'Selector', type: 'string', priority: 1, of: selector });
  return columns;
}
