import type { KubeObject } from '#apimachinery/object.ts';
import type { AdmissionOperation, AdmissionRequest } from '../../admission/admission.ts';
import { type Call, warn } from './core.ts';

interface Subject {
  operation: AdmissionOperation;
  object?: KubeObject | undefined;
  oldObject?: KubeObject | undefined;
}

/** What admission is told of a call. */
export function admissionRequest(call: Call, { operation, object, oldObject }: Subject): AdmissionRequest {
  const { core, request, nowMs, dryRun } = call;
  return {
    operation,
    resource: request.resource,
    subresource: request.subresource,
    namespace: request.namespace,
    name: request.name || (object?.metadata.name ?? oldObject?.metadata.name ?? ''),
    object,
    oldObject,
    user: request.user,
    dryRun,
    reader: core.reader,
    nowMs,
    warn: (message) => warn(call, message),
  };
}
