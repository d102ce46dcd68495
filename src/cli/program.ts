import { fileURLToPath } from 'node:url';
import { shippedFile } from '#base/shipped-file.ts';

/**
 * A small young generation: an idle server weighs a sixth less, and throughput stays within the noise of `bench/api.ts`.
 */
const NODE_FLAGS = ['--max-semi-space-size=1'];

/** How this very program is started again: the same Node, and main.ts or its bundle. */
export function thisProgram(): [string, ...string[]] {
  const main = shippedFile(import.meta.url, { source: '../main.ts', bundled: 'main.js' });
  return [process.execPath, ...NODE_FLAGS, fileURLToPath(main)];
}
