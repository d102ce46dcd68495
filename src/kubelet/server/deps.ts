import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Pod } from '#gen/core/v1.ts';
import type { ContainerRuntime } from '../runtimes/runtime.ts';
import type { ServingOptions } from './serving-options.ts';

/** What every route of the kubelet's server works with. */
export interface ServerDeps {
  readonly serving: ServingOptions | undefined;
  readonly runtime: ContainerRuntime;
  readonly pods: () => readonly Pod[];
  readonly nodeName: string;
  readonly clock: Clock;
  readonly log: Logger;
}
