import packet from 'dns-packet';
import { type DnsFilter, emptyReply, type ResponseCode } from '../handler.ts';

/** Sends an encoded query to a resolver outside the cluster, and gives its encoded reply. */
export type Exchange = (query: Buffer) => Promise<Buffer>;

/** Hands what nobody before it answered to resolvers outside; it asks no further plugin. */
export const forward =
  (exchange: Exchange): DnsFilter =>
  () =>
  async ({ name, type }) => {
    const id = Math.floor(Math.random() * 0x1_0000);
    const query = packet.encode({
      type: 'query',
      id,
      flags: packet.RECURSION_DESIRED,
      questions: [{ name, type: type as packet.RecordType }],
      additionals: [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: 1232,
          flags: 0,
          options: [],
          extendedRcode: 0,
          ednsVersion: 0,
          flag_do: false,
        },
      ],
    });
    const reply = packet.decode(await exchange(query));
    if (reply.id !== id) return emptyReply('SERVFAIL');
    const code = 'rcode' in reply ? (reply.rcode as ResponseCode) : 'NOERROR';
    const { answers = [], authorities = [], additionals = [] } = reply;
    return {
      code,
      isAuthoritative: false,
      answers,
      authorities,
      additionals: additionals.filter((one) => one.type !== 'OPT'),
    };
  };
