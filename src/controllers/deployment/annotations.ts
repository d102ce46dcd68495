/** Annotations that deployments keep on themselves and on their replica sets. */
export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
const ROLLBACK = 'deprecated.deployment.rollback.to';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const NOT_COPIED = new Set([LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, ROLLBACK]);

type Annotations = Record<string, string>;
type Annotated = { metadata: { annotations?: Annotations | undefined } };

/** The revision number of a replica set or deployment; 0 when it has none. */
export const revisionOf = ({ metadata }: Annotated): number =>
  Number.parseInt(metadata.annotations?.[REVISION] ?? '0', 10) || 0;

export const numberIn = ({ metadata }: Annotated, annotation: string): number | undefined => {
  const value = Number.parseInt(metadata.annotations?.[annotation] ?? '', 10);
  return Number.isNaN(value) ? undefined : value;
};

/** The deployment's annotations that its replica set also carries. */
export function inherited(deployment: Annotated): Annotations {
  return Object.fromEntries(
    Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key)),
  );
}

/** The new replica set's annotations at `revision`; the one it had before goes to the history. */
export function annotationsAt(current: Annotations, inheritedOnes: Annotations, revision: number): Annotations {
  const previous = current[REVISION];
  const next = { ...current, ...inheritedOnes };
  if (Number.parseInt(previous ?? '0', 10) >= revision) return next;
  next[REVISION] = String(revision);
  if (previous) next[REVISION_HISTORY] = [current[REVISION_HISTORY], previous].filter(Boolean).join(',');
  return next;
}
