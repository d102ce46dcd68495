/** The runtime refused or failed; the message reads as gRPC errors read in Go, which is how users know it from events. */
export class RuntimeCallFailed extends Error {
  override name = 'RuntimeCallFailed';
  /** The gRPC code in Go's spelling: `NotFound`, `DeadlineExceeded`, `Unknown` … */
  readonly code: string;
  /** The runtime's own words, without the code. */
  readonly description: string;
  constructor(code: string, description: string, options?: ErrorOptions) {
    super(`rpc error: code = ${code} desc = ${description}`, options);
    this.code = code;
    this.description = description;
  }
}
