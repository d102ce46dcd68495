import type { KubeObject } from '#apimachinery/object.ts';
import type { AdmissionOperation, AdmissionRequest } from '../../admission/admission.ts';
import { type Call, warn } from './core.ts';

interface Subject {
  operation: AdmissionOperation;
  object?: KubeObject | undefined;
  oldObject?: KubeObject | undefined;
  /** Receives what plugins want to run once the write is over. */
  after?: (() => void)[] | undefined;
}

/** What admission is told of a call. */
export function admissionRequest(call: Call, { operation, object, oldObject, after }: Subject): AdmissionRequest {
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
    ...(after && { onSettled: (run) => void after.push(run) }),
  };
}
