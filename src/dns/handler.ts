import type { Answer } from 'dns-packet';

/** One question, names in lower case and without the final dot. */
export interface DnsQuestion {
  readonly name: string;
  /** `A`, `AAAA`, `SRV` … */
  readonly type: string;
}

export type ResponseCode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED';

export interface DnsReply {
  readonly code: ResponseCode;
  readonly isAuthoritative: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  readonly additionals: readonly Answer[];
}

export type DnsHandler = (question: DnsQuestion) => Promise<DnsReply>;

/** A plugin: answers, or passes the question on. The ordered list of them is what the server does. */
export type DnsFilter = (next: DnsHandler) => DnsHandler;

export const emptyReply = (code: ResponseCode): DnsReply => ({
  code,
  isAuthoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
});
