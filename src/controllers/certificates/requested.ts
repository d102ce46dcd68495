import { webcrypto } from 'node:crypto';

/** What a certificate request asks to be called. */
export interface Requested {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ips: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
}

/** Reads a PKCS#10 request. @throws where the PEM holds none. */
export async function readRequest(pem: string): Promise<Requested> {
  // Loading the library takes long, and most clusters never need it.
  await import('reflect-metadata');
  const { Pkcs10CertificateRequest, SubjectAlternativeNameExtension, cryptoProvider } = await import('@peculiar/x509');
  cryptoProvider.set(webcrypto as never);
  const request = new Pkcs10CertificateRequest(pem);
  const extension = request.extensions.find((each) => each instanceof SubjectAlternativeNameExtension);
  const names = extension?.names.items ?? [];
  const of = (type: string) => names.filter((each) => each.type === type).map(({ value }) => value);
  return {
    commonName: request.subjectName.getField('CN').at(-1) ?? '',
    organizations: request.subjectName.getField('O'),
    dnsNames: of('dns'),
    ips: of('ip'),
    emails: of('email'),
    uris: of('url'),
  };
}
