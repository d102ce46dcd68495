import type { Job } from '#gen/batch/v1.ts';
import { parseIndexes } from './indexes.ts';

/** The first rule of the job's success policy that holds, as upstream's message. Source: KEP-3998, pkg/controller/job/success_policy.go. */
export function successPolicyMet({ spec }: Job, succeeded: ReadonlySet<number>): string | undefined {
  for (const [index, { succeededIndexes, succeededCount }] of (spec.successPolicy?.rules ?? []).entries()) {
    const required = succeededIndexes === undefined ? undefined : parseIndexes(succeededIndexes);
    const done = required ? [...required].filter((each) => succeeded.has(each)).length : succeeded.size;
    const enough = succeededCount ?? required?.size;
    if (enough !== undefined && done >= enough) return `Matched rules at index ${index}`;
  }
  return undefined;
}
