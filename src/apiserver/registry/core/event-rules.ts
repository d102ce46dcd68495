import { type FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Event } from '#gen/core/v1.ts';
import { checked } from '../validation/fields.ts';
import { qualifiedName } from '../validation/formats.ts';

const MAX_WORDS = 128;
const MAX_NOTE = 1024;
const at = (...names: string[]): FieldPath => new FieldPath().child(...names);

/** Upstream counts, but does not show, what is too long. */
const limited = (text: string | undefined, name: string, max: number): FieldError[] =>
  Buffer.byteLength(text ?? '') > max ? [at(name).invalid('', `can have at most ${max} characters`)] : [];

function validateNamespace({ metadata, involvedObject, eventTime }: Event): FieldError[] {
  const about = involvedObject?.namespace ?? '';
  const allowed = about ? [about] : eventTime ? ['default', 'kube-system'] : ['', 'default'];
  const own = metadata.namespace ?? '';
  const isFine = allowed.includes(own) || (eventTime !== undefined && about !== '');
  return isFine ? [] : [at('involvedObject', 'namespace').invalid(about, 'does not match event.namespace')];
}

function validateNew(event: Event): FieldError[] {
  const { reportingComponent: controller = '', reportingInstance, action, reason, message } = event;
  const need = (value: string | undefined, name: string) => (value ? [] : [at(name).required('')]);
  return [
    ...need(controller, 'reportingController'),
    ...checked(controller, qualifiedName, at('reportingController')),
    ...need(reportingInstance, 'reportingInstance'),
    ...limited(reportingInstance, 'reportingInstance', MAX_WORDS),
    ...need(action, 'action'),
    ...limited(action, 'action', MAX_WORDS),
    ...need(reason, 'reason'),
    ...limited(reason, 'reason', MAX_WORDS),
    ...limited(message, 'message', MAX_NOTE),
  ];
}

/** What every event keeps to, whichever API it came through. Source: pkg/apis/core/validation, legacyValidateEvent. */
export function validateEvent(event: Event): FieldError[] {
  return [...validateNamespace(event), ...(event.eventTime ? validateNew(event) : [])];
}

export function validateSeries({ series }: Event): FieldError[] {
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [at('series.count').invalid('', 'should be at least 2')] : []),
    ...(series.lastObservedTime ? [] : [at('series.lastObservedTime').required('')]),
  ];
}
