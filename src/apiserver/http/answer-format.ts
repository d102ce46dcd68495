import type { IncludeObject } from '../tables/table.ts';
import type { Accepted } from './accept.ts';

/** In which form a client gets its answer. */
export interface AnswerFormat {
  readonly accepted: Accepted;
  readonly isPretty: boolean;
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
}
