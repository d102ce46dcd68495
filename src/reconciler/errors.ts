/** Ends the attempts for a key: only the next change brings it back. For what no repetition can mend. */
export class TerminalError extends Error {
  override name = 'TerminalError';
}
