import { type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

/** What stands in a certificate. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** DNS names and IP addresses that a server answers to. */
  readonly hosts?: readonly string[];
  readonly usage: 'ca' | 'server' | 'client' | 'both';
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** A certificate with its private key, both PEM. */
export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface Issuer extends KeyPair {
  readonly commonName: string;
}

const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Loading the library costs more than making a certificate, so it waits until one must be made. */
async function library() {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as never);
  return x509;
}

/** Makes a key and a certificate for it, signed by `issuer` or, without one, by itself. EC P-256. */
export async function makeCertificate(request: CertificateRequest, issuer?: Issuer): Promise<KeyPair> {
  const keys = (await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certPem = await certify(request, { publicKey: keys.publicKey, own: keys.privateKey, issuer });
  return { certPem, keyPem: await pemOf(keys.privateKey) };
}

interface Signing {
  readonly publicKey: webcrypto.CryptoKey;
  /** The subject's own key, which signs where there is no issuer. */
  readonly own: webcrypto.CryptoKey | undefined;
  readonly issuer: Issuer | undefined;
}

async function certify(request: CertificateRequest, { publicKey, own, issuer }: Signing): Promise<string> {
  const x509 = await library();
  const signingKey = issuer ? await importKey(issuer.keyPem) : own;
  if (!signingKey) throw new Error('a certificate needs an issuer or its own key to be signed with');
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: nameOf(request),
    issuer: issuer ? new x509.X509Certificate(issuer.certPem).subject : nameOf(request),
    notBefore: wholeSecond(request.notBeforeMs),
    notAfter: wholeSecond(request.notAfterMs),
    signingAlgorithm: CURVE,
    publicKey,
    signingKey,
    extensions: await extensionsOf(request, publicKey, issuer),
  });
  return `${certificate.toString('pem')}\n`;
}

async function extensionsOf(request: CertificateRequest, publicKey: webcrypto.CryptoKey, issuer: Issuer | undefined) {
  const x509 = await library();
  const { KeyUsageFlags: flag, ExtendedKeyUsage: use } = x509;
  const isCa = request.usage === 'ca';
  const flags = isCa
    ? flag.digitalSignature | flag.keyEncipherment | flag.keyCertSign
    : flag.digitalSignature | flag.keyEncipherment;
  const uses = { ca: [], server: [use.serverAuth], client: [use.clientAuth], both: [use.serverAuth, use.clientAuth] };
  const names = (request.hosts ?? []).map((host) => ({
    type: isIP(host) ? ('ip' as const) : ('dns' as const),
    value: host,
  }));
  return [
    new x509.KeyUsagesExtension(flags, true),
    new x509.BasicConstraintsExtension(isCa, undefined, true),
    ...(isCa ? [await x509.SubjectKeyIdentifierExtension.create(publicKey)] : []),
    ...(issuer
      ? [await x509.AuthorityKeyIdentifierExtension.create(new x509.X509Certificate(issuer.certPem), false)]
      : []),
    ...(uses[request.usage].length > 0 ? [new x509.ExtendedKeyUsageExtension(uses[request.usage])] : []),
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
  ];
}

/** Organizations before the common name, as kubeadm writes them. */
function nameOf({ commonName, organizations = [] }: CertificateRequest) {
  return [...organizations.map((one) => ({ O: [one] })), { CN: [commonName] }];
}

const wholeSecond = (timeMs: number) => new Date(Math.floor(timeMs / 1000) * 1000);

/** 127 random bits, positive as RFC 5280 wants it. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const { KeyObject } = await import('node:crypto');
  const object: KeyObject = KeyObject.from(key);
  return object.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const { createPrivateKey } = await import('node:crypto');
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return (await webcrypto.subtle.importKey('pkcs8', der, CURVE, false, ['sign'])) as webcrypto.CryptoKey;
}

/** Signs the key of a certificate signing request; what the request says of its subject is not looked at. */
export async function signPublicKey(csrPem: string, request: CertificateRequest, issuer: Issuer): Promise<string> {
  const x509 = await library();
  const csr = new x509.Pkcs10CertificateRequest(csrPem);
  if (!(await csr.verify())) throw new Error('the certificate request is not signed by its own key');
  return certify(request, { publicKey: await csr.publicKey.export(), own: undefined, issuer });
}

/** What a certificate signing request (PEM) asks for. @throws where it is none. */
export async function readRequest(
  csrPem: string,
): Promise<{ commonName: string; organizations: string[]; hosts: string[] }> {
  const x509 = await library();
  const csr = new x509.Pkcs10CertificateRequest(csrPem);
  const names = csr.extensions.find((extension) => extension instanceof x509.SubjectAlternativeNameExtension);
  return {
    commonName: csr.subjectName.getField('CN')[0] ?? '',
    organizations: csr.subjectName.getField('O'),
    hosts: names instanceof x509.SubjectAlternativeNameExtension ? names.names.items.map(({ value }) => value) : [],
  };
}
