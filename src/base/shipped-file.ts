/** Whether this program runs from its sources, or from the bundle that the package ships. */
const isSource = import.meta.url.endsWith('.ts');

/**
 * A module that runs on its own (a worker, the executable): in the sources the file at `source`, seen from the module
 * that asks; in the package `bundled`, beside main.js.
 */
export function shippedFile(askingUrl: string, { source, bundled }: { source: string; bundled: string }): URL {
  if (isSource) return new URL(source, askingUrl);
  // The bundler puts shared code into chunks/, one folder below main.js.
  const folder = import.meta.url.includes('/chunks/') ? '../' : './';
  return new URL(`${folder}${bundled}`, import.meta.url);
}
