import { priorityClasses } from '#api/scheduling/v1/priority-class.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { PriorityClass } from '#gen/scheduling/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { validateImmutable } from '../validation/fields.ts';

const HIGHEST_OF_USERS = 1_000_000_000;
const PREFIX = 'system-';
const SYSTEM: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

function whyNoSystemClass({ metadata: { name }, value, globalDefault = false }: PriorityClass): string | undefined {
  const known = SYSTEM[name];
  if (known === undefined) return `${name} is not a known system priority class`;
  if (known !== value) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

/** Source: pkg/apis/scheduling/validation, ValidatePriorityClass. */
function validateClass(priority: PriorityClass, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { preemptionPolicy: policy, value = 0 } = priority;
  if (priority.metadata.name?.startsWith(PREFIX)) {
    const why = whyNoSystemClass(priority);
    const sentence = `priority class names with '${PREFIX}' prefix are reserved for system use only. error: ${why}`;
    if (why) errors.push(at.child('metadata', 'name').forbidden(sentence));
  } else if (value > HIGHEST_OF_USERS) {
    const sentence = `maximum allowed value of a user defined priority is ${HIGHEST_OF_USERS}`;
    errors.push(at.child('value').forbidden(sentence));
  }
  if (policy !== undefined && policy !== 'PreemptLowerPriority' && policy !== 'Never') {
    errors.push(at.child('preemptionPolicy').notSupported(policy, ['PreemptLowerPriority', 'Never']));
  }
  return errors;
}

export const priorityClassStrategy = defineStrategy(priorityClasses, {
  validateCreate: validateClass,
  validateUpdate: (next, previous, at) => [
    ...((next.value ?? 0) === (previous.value ?? 0)
      ? []
      : [at.child('value').forbidden('may not be changed in an update.')]),
    ...validateImmutable(next.preemptionPolicy, previous.preemptionPolicy, at.child('preemptionPolicy')),
  ],
});
