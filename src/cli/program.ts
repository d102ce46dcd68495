import { fileURLToPath } from 'node:url';
import { shippedFile } from '#base/shipped-file.ts';

/** How this very program is started again: the same Node, and main.ts or its bundle. */
export function thisProgram(): [string, ...string[]] {
  const main = shippedFile(import.meta.url, { source: '../main.ts', bundled: 'main.js' });
  return [process.execPath, fileURLToPath(main)];
}
