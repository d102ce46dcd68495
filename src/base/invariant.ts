/** A bug in Timonel itself, never the user's doing. */
export class InvariantViolation extends Error {
  override name = 'InvariantViolation';
}

/** States what must hold. @throws {InvariantViolation} when it does not. */
export function invariant(holds: unknown, claim: string): asserts holds {
  if (!holds) throw new InvariantViolation(claim);
}
