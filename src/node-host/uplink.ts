import { readFile, rm, writeFile } from 'node:fs/promises';
import { command } from './command.ts';
import { hasLink, ip } from './namespace.ts';

/** A cable from the switch to this machine's own network, and the masquerading that makes it useful. */
export interface Uplink extends UplinkNames {
  readonly gateway: string;
  readonly bridge: string;
  readonly nodeCIDR: string;
  /** This machine's address among the nodes. */
  readonly outerAddress: string;
}

export interface UplinkNames {
  readonly switchNamespace: string;
  /** The interface in this machine's own namespace. */
  readonly outerLink: string;
  /** The nftables table in this machine's own namespace. */
  readonly table: string;
}

const INNER_LINK = 'uplink';
const FORWARDING = '/proc/sys/net/ipv4/ip_forward';
const forwardingMark = ({ table }: UplinkNames) => `/run/${table}.forwarding`;

/**
 * The only thing that touches this machine's own network: one interface, one nftables table of our own, and
 * `ip_forward`, which `removeUplink` puts back.
 */
export async function ensureUplink(uplink: Uplink): Promise<void> {
  const { switchNamespace, outerLink, outerAddress, bridge, nodeCIDR, table } = uplink;
  if (!(await hasOuterLink(outerLink))) {
    if (await hasLink(switchNamespace, INNER_LINK)) await ip(switchNamespace, [`link delete ${INNER_LINK}`]);
    const peer = ['peer', 'name', INNER_LINK, 'netns', switchNamespace];
    await command('ip', ['link', 'add', outerLink, 'type', 'veth', ...peer]);
  }
  await ip(switchNamespace, [
    `link set ${INNER_LINK} master ${bridge} up`,
    `route replace default via ${outerAddress}`,
  ]);
  await command('ip', ['address', 'replace', `${outerAddress}/${nodeCIDR.split('/')[1]}`, 'dev', outerLink]);
  await command('ip', ['link', 'set', outerLink, 'up']);
  const rules = `table ip ${table}
delete table ip ${table}
table ip ${table} {
  chain postrouting {
    type nat hook postrouting priority srcnat
    ip saddr ${nodeCIDR} oifname != "${outerLink}" masquerade
  }
}
`;
  await command('nft', [rules]);
  if ((await readFile(FORWARDING, 'utf8')).trim() === '0') {
    await writeFile(forwardingMark(uplink), '');
    await writeFile(FORWARDING, '1');
  }
}

/** Gone is well. */
export async function removeUplink(uplink: UplinkNames): Promise<void> {
  if (await hasOuterLink(uplink.outerLink)) await command('ip', ['link', 'delete', uplink.outerLink]);
  const ours = await command('nft', ['list', 'table', 'ip', uplink.table]).then(
    () => true,
    () => false,
  );
  if (ours) await command('nft', ['delete', 'table', 'ip', uplink.table]);
  const wasOff = await readFile(forwardingMark(uplink)).then(
    () => true,
    () => false,
  );
  if (!wasOff) return;
  await writeFile(FORWARDING, '0');
  await rm(forwardingMark(uplink), { force: true });
}

async function hasOuterLink(link: string): Promise<boolean> {
  return command('ip', ['link', 'show', 'dev', link]).then(
    () => true,
    () => false,
  );
}
