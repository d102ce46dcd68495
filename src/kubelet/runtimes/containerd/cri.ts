import { type CallOptions, type GrpcChannel, openGrpc } from '#images/containerd/grpc.ts';
import { containerdSchema } from '#images/containerd/schema.ts';
import criSchema from '../../../gen/cri.json' with { type: 'json' };
import { RuntimeCallFailed } from '../errors.ts';

/** The socket's calls that the driver's parts share. Failures are RuntimeCallFailed. */
export interface Cri {
  runtime<Response>(method: string, request: object, options?: CallOptions): Promise<Response>;
  image<Response>(method: string, request: object, options?: CallOptions): Promise<Response>;
  tasks<Response>(method: string, request: object): Promise<Response>;
  readonly channel: GrpcChannel;
}

/** What a call may take unless it says otherwise; upstream's --runtime-request-timeout. */
const DEFAULT_TIMEOUT_MS = 120_000;

export function openCri(socket: string): Cri {
  const channel = openGrpc(socket, { nested: { ...criSchema.nested, ...containerdSchema.nested } });
  const call =
    (service: string) =>
    async <Response>(method: string, request: object, options: CallOptions = { timeoutMs: DEFAULT_TIMEOUT_MS }) => {
      try {
        return await channel.unary<Response>(`${service}/${method}`, request, options);
      } catch (error) {
        throw toCallFailed(error);
      }
    };
  return {
    runtime: call('runtime.v1.RuntimeService'),
    image: call('runtime.v1.ImageService'),
    tasks: <Response>(method: string, request: object) =>
      call('containerd.services.tasks.v1.Tasks')<Response>(method, request, {}),
    channel,
  };
}

/** Go's names of the gRPC codes, by number. Source: google.golang.org/grpc/codes. */
const CODES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];

function toCallFailed(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') return error;
  const description = 'details' in error && typeof error.details === 'string' ? error.details : error.message;
  return new RuntimeCallFailed(CODES[error.code] ?? 'Unknown', description, { cause: error });
}

export function isNotFound(error: unknown): boolean {
  return error instanceof RuntimeCallFailed && error.code === 'NotFound';
}

/** For calls whose work is done when the thing is gone. */
export async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
