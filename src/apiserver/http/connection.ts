import type { X509Certificate } from 'node:crypto';
import type { Http2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Connection } from './exchange.ts';

const connections = new WeakMap<object, Connection>();

/** The facts of a connection, read once. An HTTP/2 session answers for all of its streams. */
export function connectionOf(owner: TLSSocket | Http2Session): Connection {
  const known = connections.get(owner);
  if (known) return known;
  const socket = ('socket' in owner ? owner.socket : owner) as TLSSocket;
  const certificate: X509Certificate | undefined = socket.getPeerX509Certificate?.() ?? undefined;
  const connection: Connection = {
    remoteAddress: socket.remoteAddress ?? '',
    certificate,
    isVerified: certificate !== undefined && socket.authorized === true,
  };
  connections.set(owner, connection);
  return connection;
}
