import { join } from 'node:path';
import { nodes } from '#api/core/v1/node.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { kubernetesVersion } from '#base/version.ts';
import { createEventRecorder } from '#client/event-recorder-correlated.ts';
import { createInformerSet } from '#client/informer-set.ts';
import { startKubelet } from '#kubelet/kubelet.ts';
import { simulatedRuntime } from '#kubelet/runtimes/simulated/simulated.ts';
import type { ClusterConfig } from './config.ts';
import type { ControlPlane } from './control-plane.ts';
import { identities } from './identities.ts';

export interface SimulatedNodesOptions {
  readonly controlPlane: ControlPlane;
  readonly config: Pick<ClusterConfig, 'name' | 'simulatedNodes'>;
  /** Where their kubelets keep files. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Marks nodes that run nothing. */
export const SIMULATED_LABEL = 'timonel.io/simulated';

/** Started this many at a time. */
const BATCH = 20;

/** Kubelets over the simulated runtime, in this process: `<cluster>-sim-1` … */
export async function startSimulatedNodes(options: SimulatedNodesOptions): Promise<AsyncDisposable> {
  const { config, controlPlane } = options;
  const stack = new AsyncDisposableStack();
  const names = Array.from({ length: config.simulatedNodes }, (_, index) => `${config.name}-sim-${index + 1}`);
  for (let start = 0; start < names.length; start += BATCH) {
    await Promise.all(
      names.slice(start, start + BATCH).map((name, index) => startOne(name, start + index, { ...options, stack })),
    );
  }
  await allSchedulable(controlPlane, names);
  return stack;
}

/** Resolves when every node is Ready and nothing keeps pods off it any more. */
async function allSchedulable({ informers }: ControlPlane, names: readonly string[]): Promise<void> {
  const informer = informers.for(nodes);
  const isOpen = (name: string) => {
    const node = informer.get(name);
    return node?.spec.podCIDR !== undefined && (node.spec.taints ?? []).length === 0;
  };
  let left = names.filter((name) => !isOpen(name));
  if (left.length === 0) return;
  await new Promise<void>((resolve) => {
    const unsubscribe = informer.onChange(() => {
      left = left.filter((name) => !isOpen(name));
      if (left.length > 0) return;
      queueMicrotask(() => unsubscribe());
      resolve();
    });
  });
}

async function startOne(
  nodeName: string,
  index: number,
  { controlPlane, folder, clock, log: parent, stack }: SimulatedNodesOptions & { stack: AsyncDisposableStack },
): Promise<void> {
  const log = parent.child({ component: 'kubelet', node: nodeName });
  const client = controlPlane.clientAs(identities.node(nodeName), 'kubelet');
  const informers = stack.use(createInformerSet({ client, clock, log }));
  const nodeInformer = controlPlane.informers.for(nodes);
  const runtime = stack.use(
    simulatedRuntime({ podCIDR: () => nodeInformer.get(nodeName)?.spec.podCIDR, clock, logs: 'none', log }),
  );
  stack.use(
    await startKubelet({
      client,
      informers,
      runtime,
      nodeName,
      nodeIPs: [addressOf(index)],
      rootDir: join(folder, nodeName),
      clock,
      log,
      events: createEventRecorder({ client, clock, log, component: 'kubelet', host: nodeName }),
      nodeLabels: { [SIMULATED_LABEL]: 'true' },
      capacity: { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' },
      kubeletVersion: kubernetesVersion,
      mayMount: false,
    }),
  );
}

/** An address of its own for each, from a range that nobody routes (RFC 2544). */
const addressOf = (index: number) => `198.18.${Math.floor(index / 250) % 256}.${(index % 250) + 1}`;
