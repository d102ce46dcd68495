/** Addresses of a node's pod range, each given to one pod at a time; network, gateway and broadcast stay free. */
export interface AddressPool {
  /** @returns undefined when all are taken. */
  take(): string | undefined;
  release(address: string): void;
}

export function addressPool(cidr: string): AddressPool {
  const [network = '', bits = '24'] = cidr.split('/');
  const base = network.split('.').reduce((value, part) => value * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const taken = new Set<number>();
  let last = 1;
  return {
    take() {
      for (let tries = 0; tries < size; tries++) {
        last = last + 1 >= size - 1 ? 2 : last + 1;
        if (taken.has(last)) continue;
        taken.add(last);
        return textOf(base + last);
      }
      return undefined;
    },
    release(address) {
      taken.delete(address.split('.').reduce((value, part) => value * 256 + Number(part), 0) - base);
    },
  };
}

function textOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
