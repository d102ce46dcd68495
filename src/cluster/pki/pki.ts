import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '#base/clock.ts';
import {
  type CertificateRequest,
  type Issuer,
  type KeyPair,
  makeCertificate,
  signPublicKey,
} from './certificate-maker.ts';
import { readIfThere, writePrivate } from './stored-file.ts';

/**
 * The cluster's keys: one CA for everything, the API server's certificate, the key that signs service account tokens,
 * and a certificate for each component and node. All live as PEM files below one folder, readable by the owner only.
 * What has less than a third of its life left is made anew; the CA lives for ten years, leaves for one.
 */
export interface Pki extends AsyncDisposable {
  readonly dir: string;
  /** The CA's certificate, PEM. */
  readonly caPem: string;
  /** The API server's key and certificate, as they are now. */
  readonly serving: KeyPair;
  /** PKCS#8 PEM of the EC P-256 key that signs service account tokens. */
  readonly serviceAccountKeyPem: string;
  readonly serviceAccountPublicKeyPem: string;
  /** A client certificate kept under `name` and renewed there: by default for a year. */
  clientCert(name: string, identity: ClientIdentity): Promise<KeyPair>;
  /** A certificate that is not kept: for users and tests. */
  issueClientCert(identity: ClientIdentity & { readonly lifetimeMs?: number }): Promise<KeyPair>;
  /** The identity of a kubelet as client: user `system:node:<name>` in `system:nodes`. */
  kubeletClientCert(nodeName: string): Promise<KeyPair>;
  /** What a kubelet serves its API with. */
  kubeletServingCert(nodeName: string, hosts: readonly string[]): Promise<KeyPair>;
  /** The API server's identity towards kubelets. */
  apiServerKubeletClientCert(): Promise<KeyPair>;
  /** Signs a certificate signing request (PEM) with the given subject; for the CSR signer. */
  sign(csrPem: string, request: SignRequest): Promise<string>;
  /** Calls back with the new pair after each renewal of the serving certificate. Returns an unsubscribe. */
  onServingRenewed(callback: (pair: KeyPair) => void): () => void;
}

export interface ClientIdentity {
  readonly cn: string;
  readonly orgs?: readonly string[];
}

export interface SignRequest extends ClientIdentity {
  readonly hosts?: readonly string[];
  readonly usage: 'server' | 'client' | 'both';
  readonly lifetimeMs: number;
}

export interface PkiOptions {
  readonly dir: string;
  /** Names and addresses of the API server beyond localhost and the cluster's own names. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly caCommonName?: string;
}

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const CA_LIFETIME_MS = 10 * YEAR_MS;
/** Clocks of machines differ; a certificate is valid from a little before it was made. */
const BACKDATE_MS = 5 * 60_000;
const CHECK_EVERY_MS = 12 * HOUR_MS;

const OWN_HOSTS = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '127.0.0.1',
  '::1',
];

/** Makes what is missing, renews what is about to end, and keeps doing so until it is disposed. */
export async function ensurePki({ dir, hosts, clock, caCommonName = 'kubernetes' }: PkiOptions): Promise<Pki> {
  const store = pairStore(dir, clock);
  const ca = await store.ensure('ca', { commonName: caCommonName, usage: 'ca' }, undefined);
  const issuer: Issuer = { ...ca, commonName: caCommonName };
  const servingSubject: Subject = {
    commonName: 'kube-apiserver',
    hosts: [...new Set([...OWN_HOSTS, ...hosts])],
    usage: 'server',
  };
  let serving = await store.ensure('apiserver', servingSubject, issuer);
  const serviceAccountKeyPem = await ensureSigningKey(join(dir, 'sa.key'));
  const listeners = new Set<(pair: KeyPair) => void>();
  const renew = async () => {
    const now = await store.ensure('apiserver', servingSubject, issuer);
    if (now.certPem === serving.certPem) return;
    serving = now;
    for (const listener of listeners) listener(now);
  };
  const stop = every(clock, CHECK_EVERY_MS, renew);
  const client = (name: string, { cn, orgs = [] }: ClientIdentity) =>
    store.ensure(name, { commonName: cn, organizations: orgs, usage: 'client' }, issuer);
  return {
    dir,
    caPem: ca.certPem,
    get serving() {
      return serving;
    },
    serviceAccountKeyPem,
    serviceAccountPublicKeyPem: createPublicKey(serviceAccountKeyPem)
      .export({ type: 'spki', format: 'pem' })
      .toString(),
    clientCert: client,
    issueClientCert: ({ cn, orgs = [], lifetimeMs = YEAR_MS }) =>
      makeCertificate({ commonName: cn, organizations: orgs, usage: 'client', ...lifetime(clock, lifetimeMs) }, issuer),
    kubeletClientCert: (nodeName) =>
      client(`node-${nodeName}-client`, { cn: `system:node:${nodeName}`, orgs: ['system:nodes'] }),
    kubeletServingCert: (nodeName, nodeHosts) => {
      const subject = { commonName: `system:node:${nodeName}`, organizations: ['system:nodes'], hosts: nodeHosts };
      return store.ensure(`node-${nodeName}-serving`, { ...subject, usage: 'server' }, issuer);
    },
    apiServerKubeletClientCert: () =>
      client('apiserver-kubelet-client', {
        cn: 'kube-apiserver-kubelet-client',
        orgs: ['kubeadm:cluster-admins'],
      }),
    sign: (csrPem, { cn, orgs = [], hosts: names = [], usage, lifetimeMs }) =>
      signPublicKey(
        csrPem,
        { commonName: cn, organizations: orgs, hosts: names, usage, ...lifetime(clock, lifetimeMs) },
        issuer,
      ),
    onServingRenewed(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    async [Symbol.asyncDispose]() {
      stop();
      listeners.clear();
    },
  };
}

function every(clock: Clock, periodMs: number, run: () => Promise<void>): () => void {
  let cancel = () => {};
  const arm = () => {
    // A failed renewal leaves the old certificate in use, and is tried again at the next turn, months before its end.
    cancel = clock.after(periodMs, () => void run().then(arm, arm));
  };
  arm();
  return () => cancel();
}

const lifetime = (clock: Clock, lifetimeMs: number) => {
  const nowMs = clock.now();
  return { notBeforeMs: nowMs - BACKDATE_MS, notAfterMs: nowMs + lifetimeMs };
};

type Subject = Omit<CertificateRequest, 'notBeforeMs' | 'notAfterMs'>;

/** Pairs as `<name>.crt` and `<name>.key`. */
function pairStore(dir: string, clock: Clock) {
  return {
    async ensure(name: string, subject: Subject, issuer: Issuer | undefined): Promise<KeyPair> {
      const [certPem, keyPem] = await Promise.all([
        readIfThere(join(dir, `${name}.crt`)),
        readIfThere(join(dir, `${name}.key`)),
      ]);
      if (certPem && keyPem && isGood({ certPem, keyPem }, { subject, issuer, nowMs: clock.now() })) {
        return { certPem, keyPem };
      }
      const lifetimeMs = subject.usage === 'ca' ? CA_LIFETIME_MS : YEAR_MS;
      const made = await makeCertificate({ ...subject, ...lifetime(clock, lifetimeMs) }, issuer);
      await writePrivate(join(dir, `${name}.key`), made.keyPem);
      await writePrivate(join(dir, `${name}.crt`), made.certPem);
      return made;
    },
  };
}

interface Wanted {
  readonly subject: Subject;
  readonly issuer: Issuer | undefined;
  readonly nowMs: number;
}

/** Whether a kept pair still serves: ours, the same names, key and certificate belong together, enough life left. */
function isGood(pair: KeyPair, { subject, issuer, nowMs }: Wanted): boolean {
  try {
    const certificate = new X509Certificate(pair.certPem);
    const fromMs = Date.parse(certificate.validFrom);
    const untilMs = Date.parse(certificate.validTo);
    if (issuer && !certificate.verify(new X509Certificate(issuer.certPem).publicKey)) return false;
    if (!certificate.publicKey.equals(createPublicKey(pair.keyPem))) return false;
    if (
      !(subject.hosts ?? []).every((host) => (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)))
    ) {
      return false;
    }
    if (!certificate.subject.split('\n').includes(`CN=${subject.commonName}`)) return false;
    return nowMs >= fromMs && untilMs - nowMs > (untilMs - fromMs) / 3;
  } catch {
    // A file that cannot be read as a certificate or key is replaced.
    return false;
  }
}

async function ensureSigningKey(path: string): Promise<string> {
  const kept = await readIfThere(path);
  if (kept?.includes('PRIVATE KEY')) return kept;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writePrivate(path, pem);
  return pem;
}
