import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { UserInfo } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Reader } from './reader.ts';

/**
 * What the server does with a kind, beyond its schema. All steps are optional and run in this order:
 * prepareFor(Create|Update|StatusUpdate) → validate(Update|StatusUpdate) → warnings → canonicalize → reserve → store.
 * Steps may change `next`, never `previous`. The engine itself already keeps status apart from spec (where the resource
 * has a `status` subresource), counts `metadata.generation`, and validates metadata and schema.
 */
export interface Strategy<T extends KubeObject> {
  readonly prepareForCreate?: (next: T, context: StrategyContext) => void;
  readonly prepareForUpdate?: (next: T, previous: T, context: StrategyContext) => void;
  readonly prepareForStatusUpdate?: (next: T, previous: T, context: StrategyContext) => void;
  readonly validate?: (next: T, at: FieldPath, context: StrategyContext) => FieldError[];
  /** Beside `validate`, only for what is new. */
  readonly validateCreate?: (next: T, at: FieldPath, context: StrategyContext) => FieldError[];
  /** Beside `validate`, which also runs on update. */
  readonly validateUpdate?: (next: T, previous: T, at: FieldPath, context: StrategyContext) => FieldError[];
  readonly validateStatusUpdate?: (next: T, previous: T, at: FieldPath, context: StrategyContext) => FieldError[];
  readonly warnings?: (next: T, previous: T | undefined) => string[];
  readonly canonicalize?: (next: T) => void;
  /** How names must look; default DNS-1123 subdomain. @returns sentences as upstream's validation gives them. */
  readonly validateName?: (name: string, isPrefix: boolean) => string[];
  /** PUT to a name that does not exist creates it. Default false. */
  readonly allowCreateOnUpdate?: boolean;
  /** PUT without resourceVersion overwrites. Default true. */
  readonly allowUnconditionalUpdate?: boolean;
  /** Seconds that a deletion waits before the object goes; undefined or 0 deletes at once. Only pods have it. */
  readonly gracePeriodSeconds?: (object: T, asked: number | undefined) => number | undefined;
  /** Finalizers, policies and children: what `delete` without propagationPolicy means. Default `background`. */
  readonly defaultPropagation?: 'Orphan' | 'Background';
  /** Takes what lies outside of the object (cluster IPs, node ports), before the write. */
  readonly reserve?: (next: T, previous: T | undefined, context: StrategyContext) => Reservation | (() => void);
  /** Runs after the object is gone from the store. */
  readonly afterDelete?: (object: T, context: StrategyContext) => void;
}

/** What a write took in advance; a plain function is its `undo`. */
export interface Reservation {
  /** Gives back what was taken: the write failed or was a dry run. */
  readonly undo: () => void;
  /** Frees what the object held before and no longer needs: the write is durable. */
  readonly settle?: () => void;
}

export interface StrategyContext {
  readonly user: UserInfo;
  readonly nowMs: number;
  readonly reader: Reader;
  readonly services: ServerServices;
  readonly dryRun: boolean;
}

/** What strategies may reach beyond the objects. */
export interface ServerServices {
  readonly serviceIPs: IpAllocator;
  readonly nodePorts: PortAllocator;
}

export interface IpAllocator {
  readonly cidr: string;
  /** Takes `ip` or any free one. @throws Error with upstream's sentence when taken, out of range, or none is left. */
  allocate(ip?: string): string;
  release(ip: string): void;
  has(ip: string): boolean;
}

export interface PortAllocator {
  readonly first: number;
  readonly last: number;
  allocate(port?: number): number;
  release(port: number): void;
}

/** A resource together with its strategy; the list of these in `registry/index.ts` is what the server serves specially. */
export interface StrategyBinding {
  readonly resource: Resource;
  readonly strategy: Strategy<KubeObject>;
}

export function defineStrategy<T extends KubeObject>(resource: Resource<T>, strategy: Strategy<T>): StrategyBinding {
  // The engine only ever hands a strategy objects of its own resource, so forgetting T here is safe.
  return { resource: resource as unknown as Resource, strategy: strategy as unknown as Strategy<KubeObject> };
}
