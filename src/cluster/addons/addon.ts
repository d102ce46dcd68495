import type { Creatable, KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';

export interface AddonContext {
  /** The cluster DNS's address in the service range. */
  readonly dnsAddress: string;
  readonly volumesDir: string;
  /** Whether somebody removes the folders of released volumes. */
  readonly cleansVolumes: boolean;
}

/** An object that every cluster has from the start. Users may change it: it is only made where it is absent. */
export interface Addon<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  object(context: AddonContext): Creatable<T>;
}

export function defineAddon<T extends KubeObject>(
  resource: Resource<T>,
  object: (context: AddonContext) => Creatable<T>,
): Addon {
  return { resource, object };
}
