import type { Creatable, KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';

export interface AddonContext {
  /** The cluster DNS's address in the service range. */
  readonly dnsAddress: string;
  readonly volumesDir: string;
}

/** An object that every cluster has from the start. Users may change it: it is only made where it is absent. */
export interface Addon<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  object(context: AddonContext): Creatable<NoInfer<T>>;
}

export function defineAddon<T extends KubeObject>(addon: Addon<T>): Addon {
  return addon;
}
