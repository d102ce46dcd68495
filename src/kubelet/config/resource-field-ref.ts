import type { Container, Pod, ResourceFieldSelector } from '#gen/core/v1.ts';
import { findContainer } from '../pod/containers.ts';
import { milliValue, wholeValue } from '../pod/quantity.ts';

/** What stands in for a limit that the container does not set. */
export type Allocatable = Readonly<Record<string, string>>;

interface Question {
  readonly pod: Pod;
  readonly container: Pick<Container, 'name' | 'resources'>;
  readonly allocatable: Allocatable;
}

/** A container's request or limit as a whole number of divisors, rounded up. @throws {Error} for an unknown resource. */
export function resourceFieldValue(selector: ResourceFieldSelector, question: Question): string {
  const container = selector.containerName
    ? findContainer(question.pod, selector.containerName)?.container
    : question.container;
  if (!container) throw new Error(`container ${selector.containerName} not found`);
  const [kind, ...rest] = selector.resource.split('.');
  const name = rest.join('.');
  if ((kind !== 'limits' && kind !== 'requests') || !name) {
    throw new Error(`Unsupported container resource : ${selector.resource}`);
  }
  const limit = container.resources?.limits?.[name] ?? question.allocatable[name];
  const value = kind === 'limits' ? limit : container.resources?.requests?.[name];
  const measure = name === 'cpu' ? milliValue : wholeValue;
  const divisor = measure(selector.divisor) || measure('1');
  return String(Math.ceil(measure(value) / divisor));
}
