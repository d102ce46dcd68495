import { randomInt } from 'node:crypto';
import type { IpAllocator } from '../strategy.ts';

/** Addresses beyond this many are never handed out; upstream's bitmaps end at 2^16 as well. */
const MAX_ADDRESSES = 65_536;

/**
 * IPv4 addresses of a CIDR, in memory. The network's own address and the broadcast address are never given; the lowest
 * band is left to those who ask for an address by name. Source: KEP-3070.
 */
export function ipAllocator(cidr: string): IpAllocator {
  const { base, size } = parseCidr(cidr);
  const usable = Math.max(0, size - 2);
  const reserved = staticBand(size);
  const taken = new Set<number>();
  const any = () => {
    const offset = firstFree(taken, reserved, usable) ?? firstFree(taken, 0, reserved);
    if (offset === undefined) throw new Error('range is full');
    return offset;
  };
  const offsetOf = (ip: string) => (parseIp(ip) ?? -1) - base - 1;
  return {
    cidr,
    allocate(ip) {
      const offset = ip === undefined ? any() : offsetOf(ip);
      if (offset < 0 || offset >= usable) {
        throw new Error(`the provided IP (${ip ?? ''}) is not in the valid range. The range of valid IPs is ${cidr}`);
      }
      if (taken.has(offset)) throw new Error('provided IP is already allocated');
      taken.add(offset);
      return formatIp(base + 1 + offset);
    },
    release: (ip) => void taken.delete(offsetOf(ip)),
    has: (ip) => taken.has(offsetOf(ip)),
  };
}

/** `min(max(16, size / 16), 256)`; nothing for tiny ranges. */
function staticBand(size: number): number {
  return size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 16)), 256);
}

/** A random free offset in `[from, to)`. */
function firstFree(taken: ReadonlySet<number>, from: number, to: number): number | undefined {
  if (to <= from) return undefined;
  const start = randomInt(to - from);
  for (let step = 0; step < to - from; step++) {
    const offset = from + ((start + step) % (to - from));
    if (!taken.has(offset)) return offset;
  }
  return undefined;
}

function parseCidr(cidr: string): { base: number; size: number } {
  const [ip = '', length = '32'] = cidr.split('/');
  const address = parseIp(ip);
  if (address === undefined) throw new Error(`${cidr} is not an IPv4 CIDR`);
  const size = 2 ** (32 - Number(length));
  return { base: address - (address % size), size: Math.min(size, MAX_ADDRESSES) };
}

function parseIp(ip: string): number | undefined {
  const parts = ip.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((address, part) => address * 256 + part, 0);
}

function formatIp(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
