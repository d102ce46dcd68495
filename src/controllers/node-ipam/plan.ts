/** The lowest IPv4 range of `/maskSize` within `clusterCIDR` that is not in use; undefined when all are. */
export function firstFreeRange(clusterCIDR: string, maskSize: number, used: ReadonlySet<string>): string | undefined {
  const [address = '', prefix = '32'] = clusterCIDR.split('/');
  const bits = Number(prefix);
  const base = toNumber(address) - (toNumber(address) % 2 ** (32 - bits));
  const size = 2 ** (32 - maskSize);
  for (let index = 0; index < 2 ** (maskSize - bits); index += 1) {
    const range = `${toAddress(base + index * size)}/${maskSize}`;
    if (!used.has(range)) return range;
  }
  return undefined;
}

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const toAddress = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
