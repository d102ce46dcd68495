import type { RequestOptions } from '#apimachinery/request.ts';
import type { CallOptions, DeleteCallOptions, ListCallOptions, WriteOptions } from './client.ts';

type Given = Partial<ListCallOptions & WriteOptions & DeleteCallOptions & CallOptions>;

const PASSED = [
  'labelSelector',
  'fieldSelector',
  'resourceVersion',
  'resourceVersionMatch',
  'limit',
  'continue',
  'timeoutSeconds',
  'allowWatchBookmarks',
  'sendInitialEvents',
  'dryRun',
  'fieldManager',
  'force',
] as const;

/** The query parameters among a call's options; what was not given stays absent. */
export function requestOptionsOf(given: Given = {}): RequestOptions {
  const options: Record<string, unknown> = {};
  for (const name of PASSED) if (given[name] !== undefined) options[name] = given[name];
  return options;
}

/** The metav1.DeleteOptions body of a delete call. */
export function deleteOptionsOf(given: DeleteCallOptions = {}) {
  const { gracePeriodSeconds, propagationPolicy, preconditions, dryRun } = given;
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy && { propagationPolicy }),
    ...(preconditions && { preconditions }),
    ...(dryRun && { dryRun: ['All'] }),
  };
}
