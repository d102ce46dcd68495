import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from '#client/event-recorder.ts';
import type { Service } from '#gen/core/v1.ts';
import type { PodCgroups } from './cgroups.ts';
import type { DnsSettings } from './config/dns.ts';
import type { References } from './config/env.ts';
import type { Allocatable } from './config/resource-field-ref.ts';
import type { SecuritySettings } from './config/security-context.ts';
import type { ImagePuller } from './images/puller.ts';
import type { HandlerRunner } from './lifecycle/handlers.ts';
import type { ProbeResults } from './probes/probes.ts';
import type { ContainerRuntime } from './runtimes/runtime.ts';
import type { Backoff } from './sync/backoff.ts';

/** What the parts of one kubelet share. */
export interface KubeletContext {
  readonly client: Client;
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly rootDir: string;
  readonly mayMount: boolean;
  readonly nodeIPs: readonly string[];
  readonly nodeMemoryBytes: number;
  readonly allocatable: Allocatable;
  readonly dns: DnsSettings;
  readonly security: SecuritySettings;
  readonly cgroups: PodCgroups;
  readonly cgroupBase: string;
  readonly references: References;
  readonly services: () => readonly Service[];
  readonly puller: ImagePuller;
  readonly probes: ProbeResults;
  readonly handlers: HandlerRunner;
  readonly restarts: Backoff;
}
