/** `172.30.0.0/24` and 11 give `172.30.0.11`. */
export function addressIn(cidr: string, offset: number): string {
  const [network = '', bits = '32'] = cidr.split('/');
  const base = toNumber(network) & maskOf(Number(bits));
  return toText((base >>> 0) + offset);
}

export function prefixBits(cidr: string): number {
  return Number(cidr.split('/')[1] ?? 32);
}

/** How many addresses the range has. */
export function sizeOf(cidr: string): number {
  return 2 ** (32 - prefixBits(cidr));
}

const maskOf = (bits: number) => (bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0);

function toNumber(address: string): number {
  return address.split('.').reduce((value, part) => ((value << 8) | Number(part)) >>> 0, 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}
