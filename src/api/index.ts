import type { Resource } from '#apimachinery/resource.ts';
import { mutatingAdmissionPolicies } from './admissionregistration/v1/mutating-admission-policy.ts';
import { mutatingAdmissionPolicyBindings } from './admissionregistration/v1/mutating-admission-policy-binding.ts';
import { mutatingWebhookConfigurations } from './admissionregistration/v1/mutating-webhook-configuration.ts';
import { validatingAdmissionPolicies } from './admissionregistration/v1/validating-admission-policy.ts';
import { validatingAdmissionPolicyBindings } from './admissionregistration/v1/validating-admission-policy-binding.ts';
import { validatingWebhookConfigurations } from './admissionregistration/v1/validating-webhook-configuration.ts';
import { customResourceDefinitions } from './apiextensions/v1/custom-resource-definition.ts';
import { apiServices } from './apiregistration/v1/api-service.ts';
import { controllerRevisions } from './apps/v1/controller-revision.ts';
import { daemonSets } from './apps/v1/daemon-set.ts';
import { deployments } from './apps/v1/deployment.ts';
import { replicaSets } from './apps/v1/replica-set.ts';
import { statefulSets } from './apps/v1/stateful-set.ts';
import { selfSubjectReviews } from './authentication/v1/self-subject-review.ts';
import { tokenReviews } from './authentication/v1/token-review.ts';
import { localSubjectAccessReviews } from './authorization/v1/local-subject-access-review.ts';
import { selfSubjectAccessReviews } from './authorization/v1/self-subject-access-review.ts';
import { selfSubjectRulesReviews } from './authorization/v1/self-subject-rules-review.ts';
import { subjectAccessReviews } from './authorization/v1/subject-access-review.ts';
import { horizontalPodAutoscalers as horizontalPodAutoscalersAutoscalingV1 } from './autoscaling/v1/horizontal-pod-autoscaler.ts';
import { horizontalPodAutoscalers as horizontalPodAutoscalersAutoscalingV2 } from './autoscaling/v2/horizontal-pod-autoscaler.ts';
import { cronJobs } from './batch/v1/cron-job.ts';
import { jobs } from './batch/v1/job.ts';
import { certificateSigningRequests } from './certificates/v1/certificate-signing-request.ts';
import { leases } from './coordination/v1/lease.ts';
import { bindings } from './core/v1/binding.ts';
import { componentStatuses } from './core/v1/component-status.ts';
import { configMaps } from './core/v1/config-map.ts';
import { endpoints } from './core/v1/endpoints.ts';
import { events as eventsCoreV1 } from './core/v1/event.ts';
import { limitRanges } from './core/v1/limit-range.ts';
import { namespaces } from './core/v1/namespace.ts';
import { nodes } from './core/v1/node.ts';
import { persistentVolumes } from './core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from './core/v1/persistent-volume-claim.ts';
import { pods } from './core/v1/pod.ts';
import { podTemplates } from './core/v1/pod-template.ts';
import { replicationControllers } from './core/v1/replication-controller.ts';
import { resourceQuotas } from './core/v1/resource-quota.ts';
import { secrets } from './core/v1/secret.ts';
import { services } from './core/v1/service.ts';
import { serviceAccounts } from './core/v1/service-account.ts';
import { endpointSlices } from './discovery/v1/endpoint-slice.ts';
import { events as eventsEventsV1 } from './events/v1/event.ts';
import { flowSchemas } from './flowcontrol/v1/flow-schema.ts';
import { priorityLevelConfigurations } from './flowcontrol/v1/priority-level-configuration.ts';
import { ingresses } from './networking/v1/ingress.ts';
import { ingressClasses } from './networking/v1/ingress-class.ts';
import { ipAddresses } from './networking/v1/ip-address.ts';
import { networkPolicies } from './networking/v1/network-policy.ts';
import { serviceCidrs } from './networking/v1/service-cidr.ts';
import { runtimeClasses } from './node/v1/runtime-class.ts';
import { podDisruptionBudgets } from './policy/v1/pod-disruption-budget.ts';
import { clusterRoles } from './rbac/v1/cluster-role.ts';
import { clusterRoleBindings } from './rbac/v1/cluster-role-binding.ts';
import { roles } from './rbac/v1/role.ts';
import { roleBindings } from './rbac/v1/role-binding.ts';
import { deviceClasses } from './resource/v1/device-class.ts';
import { resourceClaims } from './resource/v1/resource-claim.ts';
import { resourceClaimTemplates } from './resource/v1/resource-claim-template.ts';
import { resourceSlices } from './resource/v1/resource-slice.ts';
import { priorityClasses } from './scheduling/v1/priority-class.ts';
import { csiDrivers } from './storage/v1/csi-driver.ts';
import { csiNodes } from './storage/v1/csi-node.ts';
import { csiStorageCapacities } from './storage/v1/csi-storage-capacity.ts';
import { storageClasses } from './storage/v1/storage-class.ts';
import { volumeAttachments } from './storage/v1/volume-attachment.ts';
import { volumeAttributesClasses } from './storage/v1/volume-attributes-class.ts';

/** Every built-in resource that the server serves. A new kind is one file and one line here. */
export const resources: readonly Resource[] = [
  componentStatuses,
  configMaps,
  endpoints,
  eventsCoreV1,
  limitRanges,
  namespaces,
  bindings,
  persistentVolumeClaims,
  pods,
  podTemplates,
  replicationControllers,
  resourceQuotas,
  secrets,
  serviceAccounts,
  services,
  nodes,
  persistentVolumes,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  mutatingWebhookConfigurations,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
  customResourceDefinitions,
  apiServices,
  controllerRevisions,
  daemonSets,
  deployments,
  replicaSets,
  statefulSets,
  selfSubjectReviews,
  tokenReviews,
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  horizontalPodAutoscalersAutoscalingV1,
  horizontalPodAutoscalersAutoscalingV2,
  cronJobs,
  jobs,
  certificateSigningRequests,
  leases,
  endpointSlices,
  eventsEventsV1,
  flowSchemas,
  priorityLevelConfigurations,
  ingressClasses,
  ingresses,
  ipAddresses,
  networkPolicies,
  serviceCidrs,
  runtimeClasses,
  podDisruptionBudgets,
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  deviceClasses,
  resourceClaims,
  resourceClaimTemplates,
  resourceSlices,
  priorityClasses,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
  volumeAttributesClasses,
];
