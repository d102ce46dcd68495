import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';

const SERVING = 1;
const METHOD = '/grpc.health.v1.Health/Check';

export interface GrpcQuestion {
  readonly host: string;
  readonly port: number;
  readonly service: string;
  readonly timeoutMs: number;
}

/** Resolves while the service says that it serves. Source: grpc.health.v1 and upstream pkg/probe/grpc. @throws otherwise. */
export async function grpcCheck({ host, port, service, timeoutMs }: GrpcQuestion): Promise<void> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const client = new Client(address, credentials.createInsecure());
  try {
    const code = await check(client, service, timeoutMs).catch((error: ServiceError) => {
      if (error.code === status.UNIMPLEMENTED)
        throw new Error('error: this server does not implement the grpc health protocol (grpc.health.v1.Health)');
      if (error.code === status.DEADLINE_EXCEEDED)
        throw new Error(
          `timeout: failed to connect service "${address}" within ${timeoutMs / 1000}s: context deadline exceeded`,
        );
      throw new Error(`error: health rpc probe failed: ${error.message}`);
    });
    if (code !== SERVING)
      throw new Error(
        `service unhealthy (responded with "${['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'][code] ?? code}")`,
      );
  } finally {
    client.close();
  }
}

/** HealthCheckRequest has one field, `service` (1, string), HealthCheckResponse one, `status` (1, enum). */
function check(client: Client, service: string, timeoutMs: number): Promise<number> {
  const name = Buffer.from(service);
  const request = name.length > 0 ? Buffer.concat([Buffer.from([0x0a, name.length]), name]) : Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest<Buffer, number>(
      METHOD,
      (bytes) => bytes,
      (bytes) => (bytes[0] === 0x08 ? (bytes[1] ?? 0) : 0),
      request,
      { deadline: Date.now() + timeoutMs },
      (error, value) => (error ? reject(error) : resolve(value ?? 0)),
    );
  });
}
