/**
 * Runs `count` writes in batches of 1, 2, 4 … and stops after the first batch with a failure, so that what a quota or
 * admission refuses is not asked a thousand times. @returns how many succeeded, and the first error.
 */
export async function slowStart(
  count: number,
  write: (index: number) => Promise<unknown>,
): Promise<{ done: number; error?: unknown }> {
  let done = 0;
  for (let batch = 1; done < count; batch *= 2) {
    const size = Math.min(batch, count - done);
    const results = await Promise.allSettled(Array.from({ length: size }, (_, index) => write(done + index)));
    done += results.filter(({ status }) => status === 'fulfilled').length;
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) return { done, error: failed.reason };
  }
  return { done };
}
