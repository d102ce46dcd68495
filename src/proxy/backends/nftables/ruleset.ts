import type { Bucket } from './elements.ts';

export interface TableOptions {
  /** Name of the table, of family `ip`. */
  readonly table: string;
  /** The pods' addresses. */
  readonly clusterCIDR: string;
}

const IP_KEY = 'ip daddr . meta l4proto . th dport';
const NP_KEY = 'meta l4proto . th dport';
const IP_TYPE = 'ipv4_addr . inet_proto . inet_service';
const NP_TYPE = 'inet_proto . inet_service';
const LOCAL = 'fib daddr type local';
/** Bit of the conntrack mark that says: replace the source address. */
const MASQUERADE = '0x4000';
const SET_MASQUERADE = `ct mark set ct mark | ${MASQUERADE}`;

/** The table without any Service in it; declaring it anew throws away what was there, in the same transaction. */
export function tableText({ table, clusterCIDR }: TableOptions): string {
  const sets = ['masq-all', 'masq-not-pods', 'drop', 'drop-outside', 'reject'].flatMap((name) => [
    `  set ip-${name} { type ${IP_TYPE}; }`,
    `  set np-${name} { type ${NP_TYPE}; }`,
  ]);
  return `table ip ${table}
delete table ip ${table}
table ip ${table} {
${sets.join('\n')}
  set cluster-ips { type ipv4_addr; }
  set hairpin { type ipv4_addr . ipv4_addr; }
  set restricted { type ${IP_TYPE}; }
  set allowed { type ${IP_TYPE} . ipv4_addr; flags interval; }
  map ip-affinity { type ipv4_addr . ${IP_TYPE} : mark; flags dynamic,timeout; size 65536; timeout 3h; }
  map np-affinity { type ipv4_addr . ${NP_TYPE} : mark; flags dynamic,timeout; size 65536; timeout 3h; }
  chain services {
    ${IP_KEY} @restricted ${IP_KEY} . ip saddr != @allowed drop
    ip saddr != ${clusterCIDR} fib saddr type != local jump outside
    ${IP_KEY} @ip-drop drop
    ${LOCAL} ${NP_KEY} @np-drop drop
    ${IP_KEY} @ip-masq-all ${SET_MASQUERADE}
    ip saddr != ${clusterCIDR} ${IP_KEY} @ip-masq-not-pods ${SET_MASQUERADE}
    ${LOCAL} ${NP_KEY} @np-masq-all ${SET_MASQUERADE}
    ip saddr != ${clusterCIDR} ${LOCAL} ${NP_KEY} @np-masq-not-pods ${SET_MASQUERADE}
    jump buckets
  }
  chain buckets {
  }
  chain outside {
    ${IP_KEY} @ip-drop-outside drop
    ${LOCAL} ${NP_KEY} @np-drop-outside drop
  }
  chain prerouting {
    type nat hook prerouting priority dstnat
    jump services
  }
  chain output {
    type nat hook output priority -100
    jump services
  }
  chain postrouting {
    type nat hook postrouting priority srcnat
    ct status dnat ct mark & ${MASQUERADE} != 0 masquerade fully-random
    ct status dnat ip saddr . ip daddr @hairpin masquerade fully-random
  }
  chain refuse {
    ${IP_KEY} @ip-reject reject
    ip daddr @cluster-ips reject
    ${LOCAL} ${NP_KEY} @np-reject reject
  }
  chain filter-forward {
    type filter hook forward priority filter
    ct state new jump refuse
  }
  chain filter-output {
    type filter hook output priority filter
    ct state new jump refuse
  }
  chain filter-input {
    type filter hook input priority filter
    ct state new jump refuse
  }
}
`;
}

/** The sets and rules of a bucket. */
export function bucketText(table: string, bucket: Bucket): string {
  const { name, kind, audience, affinitySeconds } = bucket;
  const type = kind === 'ip' ? IP_TYPE : NP_TYPE;
  const chain = audience === 'all' ? 'buckets' : 'outside';
  const sets = [
    `add set ip ${table} ${name} { type ${type}; }`,
    `add map ip ${table} ${name}-to { type ${type} . mark : ipv4_addr . inet_service; }`,
  ];
  const rules = affinitySeconds === undefined ? [plainRule(bucket)] : affinityRules(bucket, affinitySeconds);
  if (affinitySeconds !== undefined) sets.push(`add map ip ${table} ${name}-pick { type ${type} . mark : mark; }`);
  return `${[...sets, ...rules.map((rule) => `add rule ip ${table} ${chain} ${rule}`)].join('\n')}\n`;
}

const keyOf = ({ kind }: Bucket) => (kind === 'ip' ? IP_KEY : NP_KEY);
const matchOf = (bucket: Bucket) => `${bucket.kind === 'np' ? `${LOCAL} ` : ''}${keyOf(bucket)} @${bucket.name}`;
const dnatOf = (bucket: Bucket) => `dnat ip to ${keyOf(bucket)} . meta mark map @${bucket.name}-to`;
const pickOf = ({ count }: Bucket) => `meta mark set numgen random mod ${count}`;

function plainRule(bucket: Bucket): string {
  return `${matchOf(bucket)} ${pickOf(bucket)} ${dnatOf(bucket)}`;
}

/** A client known from before goes where it went, if that still exists; else it is given an endpoint to remember. */
function affinityRules(bucket: Bucket, seconds: number): readonly string[] {
  const client = `ip saddr . ${keyOf(bucket)}`;
  const memory = `${bucket.kind}-affinity`;
  const remember = `update @${memory} { ${client} timeout ${seconds}s : meta mark }`;
  // An element keeps its value when it is updated, so one that names an endpoint of the past must go first.
  const forget = `delete @${memory} { ${client} : meta mark }`;
  return [
    `${matchOf(bucket)} meta mark set ${client} map @${memory} ${remember} ${dnatOf(bucket)}`,
    `${matchOf(bucket)} ${pickOf(bucket)} meta mark set ${keyOf(bucket)} . meta mark map @${bucket.name}-pick ${forget} ${remember} ${dnatOf(bucket)}`,
  ];
}
