/** A container could not be started: what its waiting state shows. */
export class StartFailed extends Error {
  override name = 'StartFailed';
  readonly reason: string;
  /** When it is worth trying again; undefined for the usual pause. */
  readonly retryAfterMs: number | undefined;
  constructor(reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}
