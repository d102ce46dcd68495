import type { StrategyBinding } from '../strategy.ts';

/** Every kind that the server treats specially. A kind without an entry gets metadata and schema validation only. */
export const strategies: readonly StrategyBinding[] = [];
