import { namespaces } from '#api/core/v1/namespace.ts';
import { resources } from '#api/index.ts';
import type { ApiHandler } from '#apimachinery/request.ts';
import { authorizerChain } from '#apiserver/authorization/chain.ts';
import { reconcileRbac } from '#apiserver/bootstrap/rbac.ts';
import { strategies } from '#apiserver/registry/index.ts';
import { createApiServer } from '#apiserver/server.ts';
import { fakeClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import type { ControllerFactory, ControllerOptions } from '#reconciler/controller.ts';
import { memoryDriver } from '#storage/drivers/memory.ts';
import { runControllers, type TestControllers } from '../testing.ts';

export interface ControllerWorld extends TestControllers {
  readonly handler: ApiHandler;
}

/**
 * A real server with upstream's bootstrap roles, on which the given controllers run under their own identities: a
 * verb that a controller may not use fails its test. Namespace `default` exists. For tests.
 */
export async function controllerWorld(
  controllers: readonly ControllerFactory[],
  options: Partial<ControllerOptions> = {},
): Promise<ControllerWorld> {
  await using stack = new AsyncDisposableStack();
  const clock = fakeClock();
  const driver = stack.use(memoryDriver());
  const server = stack.use(
    await createApiServer({
      driver,
      clock,
      log: silentLogger,
      resources,
      strategies,
      authorizer: authorizerChain,
      admission: [],
      serviceCIDR: '10.96.0.0/16',
      nodePortRange: [30_000, 32_767],
    }),
  );
  const { handler } = server;
  await reconcileRbac(handler);
  const running = stack.use(runControllers(handler, controllers, { clock, options }));
  await running.client.create(namespaces, { metadata: { name: 'default' }, spec: {} }).catch(() => undefined);
  const owned = stack.move();
  const { client, informers } = running;
  return { client, informers, clock, handler, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
