import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiRequest } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { StorageDriver } from '#storage/driver.ts';
import type { WatchCache } from '#storage/watch-cache.ts';
import type { AdmissionChain } from '../../admission/chain.ts';
import type { Authorizer } from '../../authorization/authorizer.ts';
import type { Reader } from '../../reader.ts';
import type { ServerServices, Strategy, StrategyContext } from '../../strategy.ts';
import type { FieldManagement, StrategicMerge } from './field-management.ts';

/** What every operation of the registry stands on; one for the whole server. */
export interface Core {
  readonly driver: StorageDriver;
  readonly cache: WatchCache;
  readonly clock: Clock;
  readonly log: Logger;
  readonly reader: Reader;
  readonly services: ServerServices;
  readonly authorizer: Authorizer;
  readonly admission: AdmissionChain;
  /** Undefined: `managedFields` are left as they come, and apply is refused. */
  readonly fields: FieldManagement | undefined;
  readonly strategicMerge: StrategicMerge;
  readonly strategyOf: (resource: Resource) => Strategy<KubeObject>;
}

/** One request at work in the registry. */
export interface Call {
  readonly core: Core;
  readonly request: ApiRequest;
  readonly resource: Resource;
  readonly strategy: Strategy<KubeObject>;
  readonly nowMs: number;
  readonly dryRun: boolean;
}

export function callOf(core: Core, request: ApiRequest): Call {
  const { resource, options } = request;
  const dryRun = options.dryRun === true || dryRunInBody(request.body);
  return { core, request, resource, strategy: core.strategyOf(resource), nowMs: core.clock.now(), dryRun };
}

/** DeleteOptions carry their own `dryRun: ["All"]`. */
function dryRunInBody(body: ApiRequest['body']): boolean {
  const dryRun = body && 'kind' in body && body.kind === 'DeleteOptions' ? (body as { dryRun?: unknown }).dryRun : [];
  return Array.isArray(dryRun) && dryRun.includes('All');
}

export function strategyContext(call: Call): StrategyContext {
  const { core, request, nowMs, dryRun } = call;
  return { user: request.user, nowMs, reader: core.reader, services: core.services, dryRun };
}

export function warn(call: Call, message: string): void {
  call.request.warn?.(message);
}
