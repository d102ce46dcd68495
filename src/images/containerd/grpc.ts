import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs/light.js';

/** A connection to containerd's unix socket. Message types are built on their first use, so that starting costs little. */
export interface GrpcChannel extends AsyncDisposable {
  unary<Response>(method: MethodPath, request: object, options?: CallOptions): Promise<Response>;
  serverStream<Response>(method: MethodPath, request: object, signal: AbortSignal): AsyncIterable<Response>;
  /** A bidirectional call: what `requests` yields is sent, what comes back is yielded. */
  duplex<Response>(method: MethodPath, requests: AsyncIterable<object>, options?: CallOptions): AsyncIterable<Response>;
}

/** `package.Service/Method`. */
export type MethodPath = `${string}/${string}`;

export interface CallOptions {
  /** No deadline where absent. */
  readonly timeoutMs?: number | undefined;
  readonly lease?: string | undefined;
}

interface Method {
  readonly path: string;
  readonly encode: (value: object) => Buffer;
  readonly decode: (bytes: Buffer) => object;
}

const FROM_WIRE = { longs: Number, enums: String, defaults: true, arrays: true, objects: true } as const;
const LARGEST_MESSAGE_BYTES = 16 << 20;

/** Opens lazily: nothing is dialled before the first call. `schema` is a protobufjs descriptor of all services used. */
export function openGrpc(socket: string, schema: protobuf.INamespace): GrpcChannel {
  const root = protobuf.Root.fromJSON(schema);
  const methods = new Map<string, Method>();
  const client = new Client(`unix:${socket}`, credentials.createInsecure(), {
    'grpc.default_authority': 'localhost',
    'grpc.max_receive_message_length': LARGEST_MESSAGE_BYTES,
    'grpc.max_send_message_length': LARGEST_MESSAGE_BYTES,
  });
  const methodOf = (path: MethodPath): Method => {
    const known = methods.get(path);
    if (known) return known;
    const method = lookUp(root, path);
    methods.set(path, method);
    return method;
  };
  return {
    unary<Response>(path: MethodPath, request: object, options: CallOptions = {}) {
      const { encode, decode, path: wirePath } = methodOf(path);
      return new Promise<Response>((resolve, reject) => {
        client.makeUnaryRequest(
          wirePath,
          encode,
          decode,
          request,
          metadata(options),
          callOptions(options),
          (error, response) => (error ? reject(error) : resolve(response as Response)),
        );
      });
    },
    async *serverStream<Response>(path: MethodPath, request: object, signal: AbortSignal) {
      const { encode, decode, path: wirePath } = methodOf(path);
      const call = client.makeServerStreamRequest(wirePath, encode, decode, request, metadata({}), {});
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        if (signal.aborted) cancel();
        yield* call as AsyncIterable<Response>;
      } finally {
        signal.removeEventListener('abort', cancel);
        call.cancel();
      }
    },
    async *duplex<Response>(path: MethodPath, requests: AsyncIterable<object>, options: CallOptions = {}) {
      const { encode, decode, path: wirePath } = methodOf(path);
      const call = client.makeBidiStreamRequest(wirePath, encode, decode, metadata(options), callOptions(options));
      const sent = (async () => {
        for await (const request of requests) {
          if (!call.write(request)) await new Promise((resolve) => call.once('drain', resolve).once('close', resolve));
        }
        call.end();
      })();
      sent.catch((error: unknown) => call.destroy(error as Error));
      try {
        yield* call as AsyncIterable<Response>;
      } finally {
        call.cancel();
      }
    },
    async [Symbol.asyncDispose]() {
      client.close();
    },
  };
}

function lookUp(root: protobuf.Root, path: MethodPath): Method {
  const [serviceName = '', methodName = ''] = path.split('/');
  const service = root.lookupService(serviceName);
  const method = service.methods[methodName];
  if (!method) throw new TypeError(`${path} is not in the schema`);
  const request = service.lookupType(method.requestType);
  const response = service.lookupType(method.responseType);
  return {
    path: `/${path}`,
    encode: (value) => Buffer.from(request.encode(request.fromObject(value)).finish()),
    decode: (bytes) => response.toObject(response.decode(bytes), FROM_WIRE),
  };
}

function metadata({ lease }: CallOptions): Metadata {
  const headers = new Metadata();
  headers.set('containerd-namespace', 'k8s.io');
  if (lease) headers.set('containerd-lease', lease);
  return headers;
}

function callOptions({ timeoutMs }: CallOptions): { deadline?: number } {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

/** Whether a call failed with one of these gRPC codes. */
export function hasCode(error: unknown, ...codes: readonly (keyof typeof status)[]): error is ServiceError {
  return error instanceof Error && 'code' in error && codes.some((code) => status[code] === error.code);
}
