import type { Clock } from '#base/clock.ts';
import type { ContainerConfig, ContainerState, SandboxConfig } from '../runtime.ts';
import type { AddressPool } from './addresses.ts';
import type { Behaviour } from './behaviour.ts';

/** One simulated node: all that its runtime knows. */
export interface World {
  readonly clock: Clock;
  readonly logs: 'files' | 'none';
  readonly sandboxes: Map<string, SimulatedSandbox>;
  readonly containers: Map<string, SimulatedContainer>;
  /** Undefined until the node has a pod range. */
  addresses(): AddressPool | undefined;
  changed(podUid: string): void;
}

export interface SimulatedSandbox {
  readonly id: string;
  readonly config: SandboxConfig;
  readonly address: string | undefined;
  readonly createdAtMs: number;
  isReady: boolean;
}

export interface SimulatedContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly config: ContainerConfig;
  readonly sandbox: SandboxConfig;
  readonly behaviour: Behaviour;
  readonly createdAtMs: number;
  state: ContainerState;
  startedAtMs: number;
  finishedAtMs: number;
  exitCode: number;
  /** Those who listen to its output (attach). */
  readonly listeners: Set<(chunk: string) => void>;
  /** Those who wait for its end. */
  readonly atExit: Set<() => void>;
  /** Lines typed into it. */
  readonly input: string[];
}
