/** Names of the cluster. Source: kubernetes/dns specification 1.1.0. */
import type { Answer } from 'dns-packet';
import { addressOfReverseName } from '../addresses.ts';
import type { ClusterNames, Target } from '../cluster-names.ts';
import type { DnsFilter, DnsHandler, DnsQuestion, DnsReply, ResponseCode } from '../handler.ts';

/** Seconds that clients may keep a name. Source: CoreDNS's kubernetes plugin, default. */
const TTL = 5;
const SPECIFICATION = '1.1.0';

export interface KubernetesOptions {
  /** `cluster.local`. */
  readonly zone: string;
  readonly names: ClusterNames;
}

/** Answers for the zone with authority, and for addresses that it knows; everything else goes on. */
export function kubernetes({ zone, names }: KubernetesOptions): DnsFilter {
  const inZone = (name: string) => name === zone || name.endsWith(`.${zone}`);
  return (next) => async (question) => {
    if (inZone(question.name)) return answerInZone(question, { zone, names, next });
    if (/\.(in-addr|ip6)\.arpa$/.test(question.name)) {
      const found = reverse(question, { zone, names });
      if (found.length > 0) return reply('NOERROR', found);
    }
    return next(question);
  };
}

interface Scope {
  readonly zone: string;
  readonly names: ClusterNames;
}

const reply = (code: ResponseCode, answers: readonly Answer[], more: Partial<DnsReply> = {}): DnsReply => ({
  code,
  isAuthoritative: true,
  answers,
  authorities: [],
  additionals: [],
  ...more,
});

function soa(zone: string): Answer {
  const data = {
    mname: `ns.dns.${zone}`,
    rname: `hostmaster.${zone}`,
    serial: 1,
    refresh: 7200,
    retry: 1800,
    expire: 86400,
    minimum: TTL,
  };
  return { type: 'SOA', name: zone, ttl: TTL, data };
}

async function answerInZone(
  question: DnsQuestion,
  scope: Scope & { next: DnsHandler; depth?: number },
): Promise<DnsReply> {
  const { zone, names } = scope;
  const negative = (code: ResponseCode) => reply(code, [], { authorities: [soa(zone)] });
  const special = answerSpecial(question, zone);
  if (special) return special.length > 0 ? reply('NOERROR', special) : negative('NOERROR');
  const labels = question.name.slice(0, -zone.length - 1).split('.');
  const targets = names.find(labels);
  if (!targets) return negative('NXDOMAIN');
  const alias = targets.find((target) => target.externalName !== undefined)?.externalName;
  if (alias !== undefined) return followAlias(question, alias, scope);
  const { answers, additionals } = recordsOf(question, targets, zone);
  return answers.length > 0 ? reply('NOERROR', answers, { additionals }) : negative('NOERROR');
}

/** Names that are there whatever the cluster holds; undefined when it is none of them. */
function answerSpecial({ name, type }: DnsQuestion, zone: string): Answer[] | undefined {
  if (name === zone) {
    if (type === 'SOA') return [soa(zone)];
    return type === 'NS' ? [{ type: 'NS', name, ttl: TTL, data: `ns.dns.${zone}` }] : [];
  }
  if (name !== `dns-version.${zone}`) return undefined;
  return type === 'TXT' ? [{ type: 'TXT', name, ttl: TTL, data: SPECIFICATION }] : [];
}

/** Aliases of aliases are followed this far; what points at itself ends there. */
const LONGEST_CHAIN = 7;

/** A CNAME, and behind it what this zone, or for other names the rest of the chain, says of the target. */
async function followAlias(
  { name, type }: DnsQuestion,
  target: string,
  { depth = 0, ...scope }: Scope & { next: DnsHandler; depth?: number },
): Promise<DnsReply> {
  const cname: Answer = { type: 'CNAME', name, ttl: TTL, data: target };
  if (type !== 'A' && type !== 'AAAA') return reply('NOERROR', type === 'CNAME' ? [cname] : []);
  const question = { name: target.replace(/\.$/, '').toLowerCase(), type };
  const isOurs = question.name.endsWith(`.${scope.zone}`);
  if (isOurs && depth >= LONGEST_CHAIN) return reply('NOERROR', [cname]);
  const behind = isOurs ? await answerInZone(question, { ...scope, depth: depth + 1 }) : await scope.next(question);
  return reply('NOERROR', [cname, ...behind.answers]);
}

function recordsOf({ name, type }: DnsQuestion, targets: readonly Target[], zone: string) {
  if (type === 'SRV') return serviceRecords(name, targets, zone);
  const addresses = targets.flatMap((target) => target.addresses);
  const fitting = [...new Set(addresses)].filter((address) => type === familyOf(address));
  return { answers: fitting.map((address) => addressRecord(name, address)), additionals: [] };
}

const familyOf = (address: string): 'A' | 'AAAA' => (address.includes(':') ? 'AAAA' : 'A');

const addressRecord = (name: string, address: string): Answer => ({
  type: familyOf(address),
  name,
  ttl: TTL,
  data: address,
});

function serviceRecords(name: string, targets: readonly Target[], zone: string) {
  const weight = Math.max(1, Math.floor(100 / Math.max(1, targets.length)));
  const answers = targets.flatMap((target) =>
    target.ports.map((port): Answer => {
      return { type: 'SRV', name, ttl: TTL, data: { priority: 0, weight, port, target: `${target.name}.${zone}` } };
    }),
  );
  const additionals = targets.flatMap((target) =>
    target.addresses.map((address) => addressRecord(`${target.name}.${zone}`, address)),
  );
  return { answers, additionals: answers.length > 0 ? additionals : [] };
}

function reverse({ name, type }: DnsQuestion, { zone, names }: Scope): Answer[] {
  const address = type === 'PTR' ? addressOfReverseName(name) : undefined;
  if (address === undefined) return [];
  return names.namesOf(address).map((found): Answer => ({ type: 'PTR', name, ttl: TTL, data: `${found}.${zone}` }));
}
