import type { StrategyBinding } from '../strategy.ts';
import { controllerRevisionStrategy } from './apps/controller-revision.ts';
import { daemonSetStrategy } from './apps/daemon-set.ts';
import { deploymentStrategy } from './apps/deployment.ts';
import { replicaSetStrategy } from './apps/replica-set.ts';
import { statefulSetStrategy } from './apps/stateful-set.ts';
import {
  horizontalPodAutoscalerStrategy,
  horizontalPodAutoscalerV1Strategy,
} from './autoscaling/horizontal-pod-autoscaler.ts';
import { cronJobStrategy } from './batch/cron-job.ts';
import { jobStrategy } from './batch/job.ts';
import { certificateSigningRequestStrategy } from './certificates/certificate-signing-request.ts';
import { leaseStrategy } from './coordination/lease.ts';
import { configMapStrategy } from './core/config-map.ts';
import { endpointsStrategy } from './core/endpoints.ts';
import { eventStrategy } from './core/event.ts';
import { limitRangeStrategy } from './core/limit-range.ts';
import { namespaceStrategy } from './core/namespace.ts';
import { nodeStrategy } from './core/node.ts';
import { persistentVolumeStrategy } from './core/persistent-volume.ts';
import { persistentVolumeClaimStrategy } from './core/persistent-volume-claim.ts';
import { podStrategy } from './core/pod/strategy.ts';
import { podTemplateStrategy } from './core/pod-template.ts';
import { replicationControllerStrategy } from './core/replication-controller.ts';
import { resourceQuotaStrategy } from './core/resource-quota.ts';
import { secretStrategy } from './core/secret.ts';
import { serviceStrategy } from './core/service/strategy.ts';
import { endpointSliceStrategy } from './discovery/endpoint-slice.ts';
import { eventsEventStrategy } from './events/event.ts';
import { ingressStrategy } from './networking/ingress.ts';
import { ingressClassStrategy } from './networking/ingress-class.ts';
import { ipAddressStrategy } from './networking/ip-address.ts';
import { networkPolicyStrategy } from './networking/network-policy.ts';
import { serviceCidrStrategy } from './networking/service-cidr.ts';
import { runtimeClassStrategy } from './node/runtime-class.ts';
import { podDisruptionBudgetStrategy } from './policy/pod-disruption-budget.ts';
import { clusterRoleStrategy } from './rbac/cluster-role.ts';
import { clusterRoleBindingStrategy } from './rbac/cluster-role-binding.ts';
import { roleStrategy } from './rbac/role.ts';
import { roleBindingStrategy } from './rbac/role-binding.ts';
import { priorityClassStrategy } from './scheduling/priority-class.ts';
import { csiDriverStrategy } from './storage/csi-driver.ts';
import { csiNodeStrategy } from './storage/csi-node.ts';
import { storageClassStrategy } from './storage/storage-class.ts';
import { volumeAttachmentStrategy } from './storage/volume-attachment.ts';

/** Every kind that the server treats specially. A kind without an entry gets metadata and schema validation only. */
export const strategies: readonly StrategyBinding[] = [
  certificateSigningRequestStrategy,
  clusterRoleBindingStrategy,
  clusterRoleStrategy,
  configMapStrategy,
  controllerRevisionStrategy,
  cronJobStrategy,
  csiDriverStrategy,
  csiNodeStrategy,
  daemonSetStrategy,
  deploymentStrategy,
  endpointSliceStrategy,
  endpointsStrategy,
  eventStrategy,
  eventsEventStrategy,
  horizontalPodAutoscalerStrategy,
  horizontalPodAutoscalerV1Strategy,
  ingressClassStrategy,
  ingressStrategy,
  ipAddressStrategy,
  jobStrategy,
  leaseStrategy,
  limitRangeStrategy,
  namespaceStrategy,
  networkPolicyStrategy,
  nodeStrategy,
  persistentVolumeClaimStrategy,
  persistentVolumeStrategy,
  podDisruptionBudgetStrategy,
  podStrategy,
  podTemplateStrategy,
  priorityClassStrategy,
  replicaSetStrategy,
  replicationControllerStrategy,
  resourceQuotaStrategy,
  roleBindingStrategy,
  roleStrategy,
  runtimeClassStrategy,
  secretStrategy,
  serviceCidrStrategy,
  serviceStrategy,
  statefulSetStrategy,
  storageClassStrategy,
  volumeAttachmentStrategy,
];
