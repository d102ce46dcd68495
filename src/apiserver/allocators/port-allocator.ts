import { randomInt } from 'node:crypto';
import type { PortAllocator } from '../strategy.ts';

/** Ports of a range, in memory; sentences as upstream's portallocator has them. */
export function portAllocator([first, last]: readonly [number, number]): PortAllocator {
  const taken = new Set<number>();
  const size = last - first + 1;
  const any = () => {
    if (taken.size >= size) throw new Error('range is full');
    const start = randomInt(size);
    for (let step = 0; step < size; step++) {
      const port = first + ((start + step) % size);
      if (!taken.has(port)) return port;
    }
    throw new Error('range is full');
  };
  return {
    first,
    last,
    allocate(port = any()) {
      if (port < first || port > last) {
        throw new Error(`provided port is not in the valid range. The range of valid ports is ${first}-${last}`);
      }
      if (taken.has(port)) throw new Error('provided port is already allocated');
      taken.add(port);
      return port;
    },
    release: (port) => void taken.delete(port),
  };
}
