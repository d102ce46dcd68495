import { StatusError } from '#apimachinery/status.ts';

/** Whether a create was refused because its namespace is going away: no failure, since everything there goes with it. */
export const isNamespaceGoing = (error: unknown): boolean =>
  error instanceof StatusError &&
  (error.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');
