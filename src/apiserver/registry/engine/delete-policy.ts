import { type FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { conflict, invalid } from '#apimachinery/status.ts';
import type { DeleteOptions } from '#gen/meta/v1.ts';
import type { Call } from './core.ts';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** The options that came as the body of the request. @throws {StatusError} 422 */
export function deleteOptionsOf({ request }: Call): DeleteOptions {
  const { body } = request;
  const options: DeleteOptions = body && !('patchType' in body) ? (body as unknown as DeleteOptions) : {};
  const errors = deleteOptionErrors(options);
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
  return options;
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

/** Source: metav1/validation.ValidateDeleteOptions. */
function deleteOptionErrors({ orphanDependents, propagationPolicy: policy, dryRun }: DeleteOptions): FieldError[] {
  const errors: FieldError[] = [];
  if (orphanDependents !== undefined && policy !== undefined) {
    const why = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(new FieldPath('propagationPolicy').invalid(policy, why));
  }
  if (policy !== undefined && !POLICIES.includes(policy)) {
    errors.push(new FieldPath('propagationPolicy').notSupported(policy, [...POLICIES, 'nil']));
  }
  if (dryRun?.some((value) => value !== 'All')) {
    errors.push(new FieldPath('dryRun').notSupported(dryRun, ['All']));
  }
  return errors;
}

/** @throws {StatusError} 409 when the object is not the one that the client means. */
export function checkPreconditions({ resource }: Call, { metadata }: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      { ...resource, plural: resource.kind },
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      { ...resource, plural: resource.kind },
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

/** Kinds that the garbage collector never looks at. */
const UNCOLLECTED = new Set(['events', 'componentstatuses']);

/** The finalizers that the garbage collector is asked by. Source: Store.deletionFinalizersForGarbageCollection. */
export function garbageFinalizers(call: Call, { metadata }: KubeObject, options: DeleteOptions): string[] {
  const current = metadata.finalizers ?? [];
  if (UNCOLLECTED.has(call.resource.plural)) return current;
  const policy = policyOf(call, current, options);
  const wanted = policy === 'Orphan' ? ORPHAN : policy === 'Foreground' ? FOREGROUND : undefined;
  const others = current.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  if (wanted === undefined) return others.length === current.length ? current : others;
  return current.includes(wanted) && others.length === current.length - 1 ? current : [...others, wanted];
}

/** What was asked, else what the object already waits for, else the kind's habit. */
function policyOf({ strategy }: Call, current: readonly string[], options: DeleteOptions): string {
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  if (options.propagationPolicy) return options.propagationPolicy;
  if (current.includes(ORPHAN)) return 'Orphan';
  if (current.includes(FOREGROUND)) return 'Foreground';
  return strategy.defaultPropagation ?? 'Background';
}
