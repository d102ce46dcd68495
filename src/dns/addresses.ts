/** `10-0-0-1` as `10.0.0.1`, `fd00--1` as `fd00::1`; undefined for what is no address. */
export function addressOfLabel(label: string): string | undefined {
  const four = label.replaceAll('-', '.');
  if (isIpv4(four)) return four;
  const six = label.replaceAll('-', ':');
  return six.includes(':') && URL.canParse(`http://[${six}]/`) ? six : undefined;
}

export const labelOfAddress = (address: string): string => address.replaceAll(/[.:]/g, '-');

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** The address that a name under in-addr.arpa or ip6.arpa asks for, in the form that `canonicalAddress` gives. */
export function addressOfReverseName(name: string): string | undefined {
  const four = /^(.+)\.in-addr\.arpa$/.exec(name)?.[1]?.split('.').reverse().join('.');
  if (four !== undefined) return isIpv4(four) ? four : undefined;
  const nibbles = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1]?.replaceAll('.', '');
  if (nibbles === undefined) return undefined;
  const groups = nibbles.split('').reverse().join('').match(/.{4}/g) ?? [];
  return canonicalAddress(groups.join(':'));
}

/** IPv6 in its one short form, so that two spellings of an address compare equal. */
export function canonicalAddress(address: string): string {
  return address.includes(':') && URL.canParse(`http://[${address}]/`)
    ? new URL(`http://[${address}]/`).hostname.slice(1, -1)
    : address;
}
