import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '#gen/batch/v1.ts';
import { checked, each } from '../validation/fields.ts';
import { qualifiedName } from '../validation/formats.ts';

const MAX_RULES = 20;
const MAX_PATTERNS = 20;
const MAX_EXIT_CODES = 255;

/** A missing word is told with all that could stand there; a wrong one too. */
function oneOfWords(value: string | undefined, words: readonly string[], at: FieldPath): FieldError[] {
  if (!value) return [at.required(`valid values: ${words.map((word) => JSON.stringify(word)).join(', ')}`)];
  return words.includes(value) ? [] : [at.notSupported(value, words)];
}

function validateValues({ operator, values = [] }: PodFailurePolicyOnExitCodesRequirement, at: FieldPath) {
  if (values.length === 0) return [at.invalid(values, 'at least one value is required')];
  if (values.length > MAX_EXIT_CODES) return [at.tooMany(values.length, MAX_EXIT_CODES)];
  const seen = new Set<number>();
  const errors = each(values, at, (value, place) => {
    const own = operator === 'In' && value === 0 ? [place.invalid(0, 'must not be 0 for the In operator')] : [];
    if (seen.has(value)) own.push(place.duplicate(value));
    seen.add(value);
    return own;
  });
  const isSorted = values.every((value, index) => index === 0 || (values[index - 1] ?? 0) <= value);
  return isSorted ? errors : [...errors, at.invalid(values, 'must be ordered')];
}

function validateExitCodes(codes: PodFailurePolicyOnExitCodesRequirement, { template }: JobSpec, at: FieldPath) {
  const { containerName: name } = codes;
  const { containers = [], initContainers = [] } = template?.spec ?? {};
  const isKnown = name === undefined || [...containers, ...initContainers].some((one) => one.name === name);
  const sentence = 'must be one of the container or initContainer names in the pod template';
  return [
    ...oneOfWords(codes.operator, ['In', 'NotIn'], at.child('operator')),
    ...(isKnown ? [] : [at.child('containerName').invalid(name, sentence)]),
    ...validateValues(codes, at.child('values')),
  ];
}

function validatePatterns(patterns: readonly PodFailurePolicyOnPodConditionsPattern[], at: FieldPath): FieldError[] {
  if (patterns.length > MAX_PATTERNS) return [at.tooMany(patterns.length, MAX_PATTERNS)];
  return each(patterns, at, ({ type, status }, place) => [
    ...checked(type ?? '', qualifiedName, place.child('type')),
    ...oneOfWords(status, ['False', 'True', 'Unknown'], place.child('status')),
  ]);
}

function validateRule(rule: PodFailurePolicyRule, spec: JobSpec, at: FieldPath): FieldError[] {
  const action = at.child('action');
  const errors = oneOfWords(rule.action, ['Count', 'FailIndex', 'FailJob', 'Ignore'], action);
  if (rule.action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    errors.push(action.invalid(rule.action, 'requires the backoffLimitPerIndex to be set'));
  }
  const { onExitCodes: codes, onPodConditions: patterns = [] } = rule;
  if (codes) errors.push(...validateExitCodes(codes, spec, at.child('onExitCodes')));
  if (patterns.length > 0) errors.push(...validatePatterns(patterns, at.child('onPodConditions')));
  if (codes && patterns.length > 0) {
    errors.push(at.invalid('', 'specifying both OnExitCodes and OnPodConditions is not supported'));
  } else if (!codes && patterns.length === 0) {
    errors.push(at.invalid('', 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

/** Source: pkg/apis/batch/validation, validatePodFailurePolicy. */
export function validatePodFailurePolicy(spec: JobSpec, at: FieldPath): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const place = at.child('rules');
  if (rules.length > MAX_RULES) return [place.tooMany(rules.length, MAX_RULES)];
  return each(rules, place, (rule, one) => validateRule(rule, spec, one));
}
