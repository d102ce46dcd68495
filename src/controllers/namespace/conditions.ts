import type { NamespaceCondition } from '#gen/core/v1.ts';
import { timestamp } from '#reconciler/time.ts';

/** What a pass over a namespace left behind. */
export interface Remainder {
  /** How many objects of each resource, such as `deployments.apps`. */
  readonly objects: Map<string, number>;
  readonly finalizers: Map<string, number>;
  readonly failures: Error[];
  /** The longest grace period among pods that are still ending. */
  graceMs: number;
}

type Word = Pick<NamespaceCondition, 'type' | 'status' | 'reason' | 'message'>;

/** Upstream's five conditions, in its words. Source: kubernetes pkg/controller/namespace/deletion/status_condition_utils.go. */
export function namespaceConditions(
  before: readonly NamespaceCondition[],
  remainder: Remainder,
  nowMs: number,
): NamespaceCondition[] {
  const words = [
    said('NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'),
    said(
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    failureWord(remainder.failures),
    contentWord(remainder.objects),
    finalizersWord(remainder.finalizers),
  ];
  return words.map((word) => {
    const old = before.find(({ type }) => type === word.type);
    const isSame = old?.status === word.status && old.reason === word.reason && old.message === word.message;
    return isSame ? old : { ...word, lastTransitionTime: timestamp(nowMs) };
  });
}

const said = (...[type, status, reason, message]: [NamespaceCondition['type'], string, string, string]): Word => ({
  type,
  status,
  reason,
  message,
});

function failureWord(failures: readonly Error[]): Word {
  const type = 'NamespaceDeletionContentFailure';
  if (failures.length === 0)
    return said(type, 'False', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization');
  const texts = failures.map(({ message }) => message).sort();
  const shown = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return said(
    type,
    'True',
    'ContentDeletionFailed',
    `Failed to delete all resource types, ${failures.length} remaining: ${shown}`,
  );
}

function contentWord(objects: ReadonlyMap<string, number>): Word {
  const type = 'NamespaceContentRemaining';
  if (objects.size === 0) return said(type, 'False', 'ContentRemoved', 'All content successfully removed');
  const parts = [...objects].map(
    ([resource, count]) => `${resource.includes('.') ? resource : `${resource}.`} has ${count} resource instances`,
  );
  return said(type, 'True', 'SomeResourcesRemain', `Some resources are remaining: ${parts.sort().join(', ')}`);
}

function finalizersWord(finalizers: ReadonlyMap<string, number>): Word {
  const type = 'NamespaceFinalizersRemaining';
  if (finalizers.size === 0)
    return said(type, 'False', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished');
  const parts = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  return said(
    type,
    'True',
    'SomeFinalizersRemain',
    `Some content in the namespace has finalizers remaining: ${parts.sort().join(', ')}`,
  );
}
