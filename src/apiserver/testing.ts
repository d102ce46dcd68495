import { resources } from '#api/index.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiRequest, ApiResponse, RequestOptions, WatchEvent } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { type FakeClock, fakeClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import type { StorageDriver } from '#storage/driver.ts';
import { memoryDriver } from '#storage/drivers/memory.ts';
import type { TokenIssuer } from './authentication/token-issuer.ts';
import type { Authorizer } from './authorization/authorizer.ts';
import { strategies } from './registry/index.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from './server.ts';

export const allowAll: Authorizer = {
  authorize: () => ({ decision: 'allow', reason: '' }),
  rulesFor: () => [],
};

export interface TestServer extends AsyncDisposable {
  server: ApiServer;
  driver: StorageDriver;
  clock: FakeClock;
  /** Sends a request, as `admin` and to namespace `default` where nothing else is said. */
  send(request: TestRequest): Promise<ApiResponse>;
  /** The object of the answer. */
  object<T extends KubeObject = KubeObject>(request: TestRequest): Promise<T>;
}

export type TestRequest = Partial<Omit<ApiRequest, 'resource' | 'body'>> & {
  verb: ApiRequest['verb'];
  resource: Resource<never> | Resource;
  body?: unknown;
  options?: RequestOptions;
};

/** A whole server over the memory driver, on a clock that stands still. For tests. */
export async function testServer(
  /** Without admission, unless a test brings it. */
  options: { admission?: ApiServerOptions['admission']; authorizer?: Authorizer; tokens?: TokenIssuer } = {},
): Promise<TestServer> {
  const driver = memoryDriver();
  const clock = fakeClock();
  const server = await createApiServer({
    driver,
    clock,
    log: silentLogger,
    resources,
    strategies,
    authorizer: options.authorizer ?? allowAll,
    admission: options.admission ?? (() => []),
    serviceCIDR: '10.96.0.0/16',
    nodePortRange: [30_000, 32_767],
    tokens: options.tokens,
  });
  const send = ({ resource, body, ...rest }: TestRequest) => {
    const plain = resource as unknown as Resource;
    return server.handler({
      resource: plain,
      namespace: plain.scope === 'Namespaced' ? 'default' : '',
      name: '',
      subresource: '',
      options: {},
      user: { name: 'admin', groups: ['system:masters'] },
      ...rest,
      body: body as ApiRequest['body'],
    });
  };
  return {
    server,
    driver,
    clock,
    send,
    async object<T extends KubeObject>(request: TestRequest) {
      const response = await send(request);
      if (response.kind !== 'object') throw new Error(`expected an object, got ${response.kind}`);
      return response.object as T;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await driver[Symbol.asyncDispose]();
    },
  };
}

/** The next `count` events of a watch. */
export async function take(events: AsyncIterator<WatchEvent>, count: number): Promise<WatchEvent[]> {
  const taken: WatchEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}
