import type { PolicyRule } from '#gen/rbac/v1.ts';
import { NODE_RULES } from '../authorization/node-rules.ts';
import { rules } from '../authorization/rule-text.ts';

export interface RoleSpec {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  /** The suffix of `rbac.authorization.k8s.io/aggregate-to-…`: which role takes this one in. */
  readonly aggregateTo?: 'admin' | 'edit' | 'view';
  /** The rules are those of all roles that aggregate to this suffix. */
  readonly aggregates?: 'admin' | 'edit' | 'view';
}

const EVENTS = 'create,patch,update core,events.k8s.io events';
const DELEGATION = ['create authentication.k8s.io tokenreviews', 'create authorization.k8s.io subjectaccessreviews'];
const SIGNERS = 'certificates.k8s.io signers';
const APPS_SCALED = 'deployments,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale';
const EXTENSIONS_WRITE =
  'daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale';
const EXTENSIONS_READ =
  'daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale';
const HEALTH = '/healthz,/livez,/readyz,/version,/version/';

/** The roles of users and components. Source: upstream plugin/pkg/auth/authorizer/rbac/bootstrappolicy, clusterRoles. */
export const CLUSTER_ROLES: readonly RoleSpec[] = [
  { name: 'cluster-admin', rules: rules('* * *', '* *') },
  { name: 'admin', rules: [], aggregates: 'admin' },
  { name: 'edit', rules: [], aggregates: 'edit', aggregateTo: 'admin' },
  { name: 'view', rules: [], aggregates: 'view', aggregateTo: 'edit' },
  {
    name: 'system:aggregate-to-admin',
    aggregateTo: 'admin',
    rules: rules(
      'create authorization.k8s.io localsubjectaccessreviews',
      'READ,WRITE rbac.authorization.k8s.io rolebindings,roles',
    ),
  },
  {
    name: 'system:aggregate-to-edit',
    aggregateTo: 'edit',
    rules: rules(
      'READ core pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy',
      'impersonate core serviceaccounts',
      'WRITE core pods,pods/attach,pods/exec,pods/portforward,pods/proxy',
      'create core pods/eviction',
      'WRITE core configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy',
      'create core serviceaccounts/token',
      `WRITE apps daemonsets,deployments/rollback,${APPS_SCALED}`,
      'WRITE autoscaling horizontalpodautoscalers',
      'WRITE batch cronjobs,jobs',
      `WRITE extensions ${EXTENSIONS_WRITE}`,
      'WRITE policy poddisruptionbudgets',
      'WRITE networking.k8s.io ingresses,networkpolicies',
      'READ,WRITE coordination.k8s.io leases',
      'WRITE resource.k8s.io resourceclaims,resourceclaimtemplates',
    ),
  },
  {
    name: 'system:aggregate-to-view',
    aggregateTo: 'view',
    rules: rules(
      'READ core configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status',
      'READ core bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status',
      'READ core namespaces',
      'READ discovery.k8s.io endpointslices',
      `READ apps controllerrevisions,daemonsets,daemonsets/status,deployments/status,replicasets/status,statefulsets/status,${APPS_SCALED}`,
      'READ autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status',
      'READ batch cronjobs,cronjobs/status,jobs,jobs/status',
      `READ extensions ${EXTENSIONS_READ}`,
      'READ policy poddisruptionbudgets,poddisruptionbudgets/status',
      'READ networking.k8s.io ingresses,ingresses/status,networkpolicies',
      'READ resource.k8s.io resourceclaims,resourceclaims/status,resourceclaimtemplates',
    ),
  },
  { name: 'system:discovery', rules: rules(`get /api,/api/*,/apis,/apis/*,/openapi,/openapi/*,${HEALTH}`) },
  { name: 'system:public-info-viewer', rules: rules(`get ${HEALTH}`) },
  {
    name: 'system:monitoring',
    rules: rules('get /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*'),
  },
  {
    name: 'system:basic-user',
    rules: rules(
      'create authorization.k8s.io selfsubjectaccessreviews,selfsubjectrulesreviews',
      'create authentication.k8s.io selfsubjectreviews',
    ),
  },
  { name: 'system:heapster', rules: rules('READ core events,namespaces,nodes,pods', 'READ extensions deployments') },
  { name: 'system:node', rules: NODE_RULES },
  {
    name: 'system:node-problem-detector',
    rules: rules('get core nodes', 'patch core nodes/status', EVENTS),
  },
  {
    name: 'system:kubelet-api-admin',
    rules: rules(
      'READ,proxy core nodes',
      '* core nodes/configz,nodes/healthz,nodes/log,nodes/metrics,nodes/pods,nodes/proxy,nodes/stats',
    ),
  },
  {
    name: 'system:node-bootstrapper',
    rules: rules('create,get,list,watch certificates.k8s.io certificatesigningrequests'),
  },
  { name: 'system:auth-delegator', rules: rules(...DELEGATION) },
  { name: 'system:kube-aggregator', rules: rules('READ core endpoints,services') },
  {
    name: 'system:kube-controller-manager',
    rules: rules(
      EVENTS,
      'create coordination.k8s.io leases',
      'get,update coordination.k8s.io leases kube-controller-manager',
      'create core secrets,serviceaccounts',
      'delete core secrets',
      'get core configmaps,namespaces,secrets,serviceaccounts',
      'update core secrets,serviceaccounts',
      ...DELEGATION,
      'list,watch * *',
      'create core serviceaccounts/token',
    ),
  },
  { name: 'system:kube-dns', rules: rules('list,watch core endpoints,services') },
  {
    name: 'system:persistent-volume-provisioner',
    rules: rules(
      'create,delete,get,list,watch core persistentvolumes',
      'get,list,update,watch core persistentvolumeclaims',
      'READ storage.k8s.io storageclasses',
      'watch core events',
      EVENTS,
    ),
  },
  {
    name: 'system:volume-scheduler',
    rules: rules(
      'READ,patch,update core persistentvolumes',
      'READ storage.k8s.io storageclasses',
      'READ,patch,update core persistentvolumeclaims',
    ),
  },
  {
    name: 'system:kube-scheduler',
    rules: rules(
      EVENTS,
      'create coordination.k8s.io leases',
      'get,list,update,watch coordination.k8s.io leases kube-scheduler',
      'READ core nodes',
      'delete,get,list,watch core pods',
      'create core bindings,pods/binding',
      'patch,update core pods/status',
      'READ core replicationcontrollers,services',
      'READ apps,extensions replicasets',
      'READ apps statefulsets',
      'READ policy poddisruptionbudgets',
      'READ core persistentvolumeclaims,persistentvolumes',
      ...DELEGATION,
      'READ storage.k8s.io csinodes,csidrivers,csistoragecapacities,volumeattachments',
      'READ core namespaces',
      'READ resource.k8s.io deviceclasses,resourceslices',
      'READ,patch,update resource.k8s.io resourceclaims',
      'get,list,patch,update,watch resource.k8s.io resourceclaims/status',
      'READ scheduling.k8s.io podgroups,workloads',
    ),
  },
  {
    name: 'system:node-proxier',
    rules: rules(
      'list,watch core endpoints,services',
      'READ core nodes',
      EVENTS,
      'list,watch discovery.k8s.io endpointslices',
      'list,watch networking.k8s.io servicecidrs',
    ),
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: rules(
      'get /.well-known/openid-configuration,/openid/v1/jwks,/openid/v1/jwks/,/.well-known/openid-configuration/',
    ),
  },
  {
    name: 'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
    rules: rules('create certificates.k8s.io certificatesigningrequests/nodeclient'),
  },
  {
    name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
    rules: rules('create certificates.k8s.io certificatesigningrequests/selfnodeclient'),
  },
  {
    name: 'system:certificates.k8s.io:legacy-unknown-approver',
    rules: rules(`approve ${SIGNERS} kubernetes.io/legacy-unknown`),
  },
  {
    name: 'system:certificates.k8s.io:kubelet-serving-approver',
    rules: rules(`approve ${SIGNERS} kubernetes.io/kubelet-serving`),
  },
  {
    name: 'system:certificates.k8s.io:kube-apiserver-client-approver',
    rules: rules(`approve ${SIGNERS} kubernetes.io/kube-apiserver-client`),
  },
  {
    name: 'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver',
    rules: rules(`approve ${SIGNERS} kubernetes.io/kube-apiserver-client-kubelet`),
  },
];
