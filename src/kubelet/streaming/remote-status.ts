import type { Status } from '#gen/meta/v1.ts';

/** How a command ended, for the error channel. Source: upstream remotecommand v4. */
export function statusOfExit(exitCode: number): Status {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

export const statusOfError = (error: unknown): Status => ({
  metadata: {},
  status: 'Failure',
  reason: 'InternalError',
  message: `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
  code: 500,
});
