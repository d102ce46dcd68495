import packet from 'dns-packet';
import { type DnsHandler, type DnsReply, emptyReply, type ResponseCode } from './handler.ts';

/** RFC 1035's limit of a UDP reply to a client without EDNS. */
const PLAIN_UDP_BYTES = 512;
/** What a path is sure to carry unfragmented. Source: DNS flag day 2020. */
const SAFE_UDP_BYTES = 1232;

const CODES: readonly ResponseCode[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

interface Asked {
  readonly query: packet.DecodedPacket;
  /** Largest reply that the client takes over UDP; undefined without EDNS. */
  readonly udpBytes: number | undefined;
}

/** Answers one encoded query; undefined for what deserves no answer (replies, rubble too short for an id). */
export async function answerBytes(bytes: Buffer, handler: DnsHandler, isUdp: boolean): Promise<Buffer | undefined> {
  if (bytes.length < 12 || (bytes.readUInt16BE(2) & 0x8000) !== 0) return undefined;
  const asked = read(bytes);
  if (!asked) return malformed(bytes);
  const reply = await replyTo(asked.query, handler);
  const encoded = write(asked, reply, false);
  const limit = Math.min(Math.max(asked.udpBytes ?? PLAIN_UDP_BYTES, PLAIN_UDP_BYTES), SAFE_UDP_BYTES);
  return isUdp && encoded.length > limit
    ? write(asked, { ...reply, answers: [], authorities: [], additionals: [] }, true)
    : encoded;
}

function read(bytes: Buffer): Asked | undefined {
  try {
    const query = packet.decode(bytes);
    const opt = query.additionals?.find((one) => one.type === 'OPT');
    return { query, udpBytes: opt && 'udpPayloadSize' in opt ? opt.udpPayloadSize : undefined };
  } catch {
    // Whatever it is, it is no DNS message; the caller says FORMERR.
    return undefined;
  }
}

function malformed(bytes: Buffer): Buffer {
  const header = Buffer.alloc(12);
  bytes.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8000 | CODES.indexOf('FORMERR'), 2);
  return header;
}

async function replyTo(
  { questions = [], opcode }: packet.DecodedPacket & { opcode?: string },
  handler: DnsHandler,
): Promise<DnsReply> {
  if (opcode !== undefined && opcode !== 'QUERY') return emptyReply('NOTIMP');
  const [question, ...others] = questions;
  if (!question || others.length > 0) return emptyReply('FORMERR');
  return handler({ name: question.name.toLowerCase().replace(/\.$/, ''), type: question.type });
}

function write({ query, udpBytes }: Asked, reply: DnsReply, isTruncated: boolean): Buffer {
  const flags =
    ((query.flags ?? 0) & packet.RECURSION_DESIRED) |
    packet.RECURSION_AVAILABLE |
    (reply.isAuthoritative ? packet.AUTHORITATIVE_ANSWER : 0) |
    (isTruncated ? packet.TRUNCATED_RESPONSE : 0) |
    CODES.indexOf(reply.code);
  const opt: packet.OptAnswer = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: SAFE_UDP_BYTES,
    flags: 0,
    options: [],
    extendedRcode: 0,
    ednsVersion: 0,
    flag_do: false,
  };
  return packet.encode({
    type: 'response',
    id: query.id ?? 0,
    flags,
    questions: query.questions ?? [],
    answers: withAskedName(query, reply.answers),
    authorities: [...reply.authorities],
    additionals: udpBytes === undefined ? [...reply.additionals] : [...reply.additionals, opt],
  });
}

/** Clients that mix upper and lower case (0x20) want their spelling back. */
function withAskedName({ questions = [] }: packet.DecodedPacket, answers: DnsReply['answers']): packet.Answer[] {
  const asked = questions[0]?.name ?? '';
  return answers.map((one) => (one.name.toLowerCase() === asked.toLowerCase() ? { ...one, name: asked } : one));
}
