import type { ControllerFactory } from '#reconciler/controller.ts';
import { certificateApprover, certificateCleaner, certificateSigner } from './certificates/controller.ts';
import { clusterRoleAggregation } from './cluster-role-aggregation/controller.ts';
import { cronJobController } from './cron-job/controller.ts';
import { daemonSetController } from './daemon-set/controller.ts';
import { deploymentController } from './deployment/controller.ts';
import { disruptionController } from './disruption/controller.ts';
import { endpointSliceController } from './endpoint-slice/controller.ts';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring/controller.ts';
import { endpointsController } from './endpoints/controller.ts';
import { garbageCollector } from './garbage-collector/controller.ts';
import { jobController } from './job/controller.ts';
import { namespaceController } from './namespace/controller.ts';
import { nodeIpamController } from './node-ipam/controller.ts';
import { nodeLifecycleController } from './node-lifecycle/controller.ts';
import { nodeTtlController } from './node-ttl/controller.ts';
import { podGarbageCollector } from './pod-gc/controller.ts';
import { replicaSetController, replicationController } from './replica-set/controller.ts';
import { resourceQuotaController } from './resource-quota/controller.ts';
import { rootCaController } from './root-ca/controller.ts';
import { serviceAccountController } from './service-account/controller.ts';
import { statefulSetController } from './stateful-set/controller.ts';
import { taintEvictionController } from './taint-eviction/controller.ts';
import { ttlAfterFinishedController } from './ttl-after-finished/controller.ts';
import { volumeBinder } from './volume-binder/controller.ts';
import { claimProtection, volumeProtection } from './volume-protection/controller.ts';

/** Every controller that runs in a cluster. A new one is a folder and a line here. */
export const controllers: readonly ControllerFactory[] = [
  deploymentController,
  replicaSetController,
  replicationController,
  statefulSetController,
  daemonSetController,
  jobController,
  cronJobController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  namespaceController,
  serviceAccountController,
  rootCaController,
  nodeLifecycleController,
  nodeIpamController,
  nodeTtlController,
  disruptionController,
  resourceQuotaController,
  taintEvictionController,
  garbageCollector,
  podGarbageCollector,
  ttlAfterFinishedController,
  volumeBinder,
  claimProtection,
  volumeProtection,
  clusterRoleAggregation,
  certificateApprover,
  certificateSigner,
  certificateCleaner,
];
