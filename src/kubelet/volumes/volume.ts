import type { Client } from '#client/client.ts';
import type { Pod, Volume } from '#gen/core/v1.ts';
import type { References } from '../config/env.ts';
import type { PodFacts } from '../config/field-ref.ts';
import type { Allocatable } from '../config/resource-field-ref.ts';

/** One kind of volume: where its files are on the node, ready to be mounted into containers. */
export interface VolumeKind {
  readonly name: string;
  claims(volume: Volume): boolean;
  /** Makes the volume ready, or brings its contents up to date. @returns its path on the node. */
  setUp(volume: Volume, context: VolumeContext): Promise<MountedVolume>;
}

export interface MountedVolume {
  readonly hostPath: string;
  /** When the contents should be looked at again, such as a token that grows old. */
  readonly refreshAfterMs?: number | undefined;
  readonly readOnly?: boolean | undefined;
  /** Whether the files are the pod's own, so that fsGroup may change their owner. */
  readonly ownsFiles: boolean;
}

export interface VolumeContext {
  readonly pod: Pod;
  /** The volume's own folder: `<root>/pods/<uid>/volumes/<kind>/<name>`. */
  readonly folder: string;
  readonly references: References;
  readonly client: Client;
  readonly facts: PodFacts;
  readonly allocatable: Allocatable;
  readonly nowMs: number;
  /** Whether volumes may be mounts of their own (tmpfs): not without root, and not for simulated pods. */
  readonly mayMount: boolean;
}
