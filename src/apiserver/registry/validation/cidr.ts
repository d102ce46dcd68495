import { BlockList, isIP } from 'node:net';

interface Range {
  readonly ip: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

function parse(text: string): Range {
  const [ip = '', bits = '0'] = text.split('/');
  return { ip, bits: Number(bits), family: isIP(ip) === 6 ? 'ipv6' : 'ipv4' };
}

/** Whether the inner range lies in the outer one and is smaller; both must be well-formed. */
export function isStrictSubset(inner: string, outer: string): boolean {
  const [small, large] = [parse(inner), parse(outer)];
  if (small.family !== large.family || small.bits <= large.bits) return false;
  const list = new BlockList();
  list.addSubnet(large.ip, large.bits, large.family);
  return list.check(small.ip, small.family);
}
