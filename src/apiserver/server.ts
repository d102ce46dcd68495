import type { KubeObject } from '#apimachinery/object.ts';
import { strategicMerge } from '#apimachinery/patch/strategic-merge.ts';
import type { ApiHandler } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { StorageDriver } from '#storage/driver.ts';
import type { WatchCache } from '#storage/watch-cache.ts';
import { createWatchCache } from '#storage/watch-cache-store.ts';
import type { AdmissionPlugin } from './admission/admission.ts';
import { admissionChain } from './admission/chain.ts';
import { defaultAdmission } from './admission/index.ts';
import { ipAllocator } from './allocators/ip-allocator.ts';
import { portAllocator } from './allocators/port-allocator.ts';
import { rebuildAllocations } from './allocators/rebuild.ts';
import type { Authorizer } from './authorization/authorizer.ts';
import { cacheReader } from './cache-reader.ts';
import { apiHandler, type ChainOptions } from './chain.ts';
import { expireEvents } from './event-expiry.ts';
import type { Reader } from './reader.ts';
import type { Core } from './registry/engine/core.ts';
import type { FieldManagement } from './registry/engine/field-management.ts';
import { schemaFields } from './registry/engine/schema-fields.ts';
import type { Strategy, StrategyBinding } from './strategy.ts';

export interface ApiServerOptions extends ChainOptions {
  /** Server-side apply and `managedFields`; default: by the kinds' schemas. */
  fields?: FieldManagement | undefined;
  driver: StorageDriver;
  clock: Clock;
  log: Logger;
  resources: readonly Resource[];
  strategies: readonly StrategyBinding[];
  /** Made over the server's reader, since RBAC decides by what is stored. */
  authorizer: Authorizer | ((reader: Reader) => Authorizer);
  /** In order; default: upstream's default plugins. */
  admission?:
    | readonly AdmissionPlugin[]
    | ((deps: { authorizer: Authorizer }) => readonly AdmissionPlugin[])
    | undefined;
  /** `10.96.0.0/16` */
  serviceCIDR: string;
  nodePortRange: readonly [first: number, last: number];
}

export interface ApiServer extends AsyncDisposable {
  /** The complete chain: authorize → admission → strategy → storage. Rejects with StatusError only. */
  readonly handler: ApiHandler;
  readonly reader: Reader;
  readonly cache: WatchCache;
  readonly resources: readonly Resource[];
  resolve(group: string, version: string, plural: string): Resource | undefined;
}

/** @returns once everything stored can be read. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { driver, clock, log, resources } = options;
  const cache = await createWatchCache({ driver, log });
  const reader = cacheReader(cache);
  const expiry = expireEvents({ driver, cache, clock, log });
  const services = { serviceIPs: ipAllocator(options.serviceCIDR), nodePorts: portAllocator(options.nodePortRange) };
  rebuildAllocations(reader, services);
  const authorizer = typeof options.authorizer === 'function' ? options.authorizer(reader) : options.authorizer;
  const { admission: plugins = defaultAdmission } = options;
  const core: Core = {
    driver,
    cache,
    clock,
    log,
    reader,
    services,
    authorizer,
    admission: admissionChain(typeof plugins === 'function' ? plugins({ authorizer }) : plugins),
    fields: options.fields ?? schemaFields,
    strategicMerge,
    strategyOf: strategyTable(options.strategies),
  };
  const byPath = new Map(resources.map((resource) => [pathOf(resource), resource]));
  return {
    handler: apiHandler(core, options),
    reader,
    cache,
    resources,
    resolve: (group, version, plural) => byPath.get(pathOf({ group, version, plural })),
    async [Symbol.asyncDispose]() {
      expiry[Symbol.dispose]();
      await cache[Symbol.asyncDispose]();
    },
  };
}

const pathOf = ({ group, version, plural }: Pick<Resource, 'group' | 'version' | 'plural'>) =>
  `${group}/${version}/${plural}`;

const PLAIN: Strategy<KubeObject> = {};

function strategyTable(bindings: readonly StrategyBinding[]): Core['strategyOf'] {
  const strategies = new Map(bindings.map(({ resource, strategy }) => [pathOf(resource), strategy]));
  return (resource) => strategies.get(pathOf(resource)) ?? PLAIN;
}
