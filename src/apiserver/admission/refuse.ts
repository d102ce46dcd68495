import { forbidden, type StatusError } from '#apimachinery/status.ts';
import type { AdmissionRequest } from './admission.ts';

/** 403 about the object of a request; what has no name yet goes by its prefix. Source: admission.NewForbidden. */
export function refuse({ resource, name, object }: AdmissionRequest, why: string): StatusError {
  return forbidden(resource, name || object?.metadata.name || object?.metadata.generateName || 'Unknown', why);
}

/** Whether a request is about objects of this resource themselves, not about a subresource. */
export function isAbout(request: AdmissionRequest, resource: { group: string; plural: string }): boolean {
  return (
    request.subresource === '' &&
    request.resource.plural === resource.plural &&
    request.resource.group === resource.group
  );
}
