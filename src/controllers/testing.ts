import type { ApiHandler } from '#apimachinery/request.ts';
import { type Clock, type FakeClock, fakeClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import { createEventRecorder } from '#client/event-recorder-correlated.ts';
import { createClient } from '#client/in-process-client.ts';
import { createInformerSet, type TrackingInformerSet } from '#client/informer-set.ts';
import type { ControllerFactory, ControllerOptions } from '#reconciler/controller.ts';
import { controllerUser } from '#reconciler/controller-user.ts';
import { startControllers } from '#reconciler/engine.ts';

export interface TestControllers extends AsyncDisposable {
  readonly client: Client;
  readonly informers: TrackingInformerSet;
  readonly clock: FakeClock;
}

export const testOptions: ControllerOptions = {
  clusterName: 'test',
  clusterCIDR: '10.244.0.0/16',
  nodeCIDRMaskSize: 24,
  rootCaPem: 'PEM',
  nodeMonitorGraceMs: 40_000,
};

/** Runs controllers against a handler, each under its own identity. For tests. */
export function runControllers(
  handler: ApiHandler,
  controllers: readonly ControllerFactory[],
  given: FakeClock | { readonly clock?: FakeClock; readonly options?: Partial<ControllerOptions> } = {},
): TestControllers {
  const { clock = fakeClock(), options = {} } = 'now' in given ? { clock: given } : given;
  const client = createClient(handler, { user: { name: 'admin', groups: ['system:masters'] }, userAgent: 'test' });
  const clientFor = (name: string): Client => createClient(handler, { user: controllerUser(name), userAgent: name });
  const informers = createInformerSet({ client, clock, log: silentLogger });
  const eventsFor = (component: string) =>
    createEventRecorder({ client: clientFor(component), clock: clock as Clock, log: silentLogger, component });
  const running = startControllers({
    controllers,
    clientFor,
    informers,
    clock,
    eventsFor,
    log: silentLogger,
    options: { ...testOptions, ...options },
  });
  return {
    client,
    informers,
    clock,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await informers[Symbol.asyncDispose]();
    },
  };
}
