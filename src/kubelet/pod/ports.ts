import type { AnyContainer } from './containers.ts';

/** The number behind a port that may be a name of the container's. @throws {Error} for one it does not have. */
export function portOf(container: AnyContainer, port: number | string | undefined): number {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port);
  if (!Number.isInteger(named) || named <= 0)
    throw new Error(`couldn't find port: "${port}" in pod container "${container.name}"`);
  return named;
}
