import type { ControllerFactory } from '#reconciler/controller.ts';
import { deploymentController } from './deployment/controller.ts';
import { replicaSetController, replicationController } from './replica-set/controller.ts';

/** Every controller that runs in a cluster. A new one is a folder and a line here. */
export const controllers: readonly ControllerFactory[] = [
  deploymentController,
  replicaSetController,
  replicationController,
];
