import { fileURLToPath } from 'node:url';

/** How this very program is started again: the same Node, and main.ts or its bundle beside us. */
export function thisProgram(): [string, ...string[]] {
  const isSource = import.meta.url.endsWith('.ts');
  // The bundler keeps this module in main.js or in a chunk one folder below.
  const path = isSource ? '../main.ts' : import.meta.url.includes('/chunks/') ? '../main.js' : './main.js';
  return [process.execPath, fileURLToPath(new URL(path, import.meta.url))];
}
