import type { StrategyBinding } from '../strategy.ts';
import { controllerRevisionStrategy } from './apps/controller-revision.ts';
import { daemonSetStrategy } from './apps/daemon-set.ts';
import { deploymentStrategy } from './apps/deployment.ts';
import { replicaSetStrategy } from './apps/replica-set.ts';
import { statefulSetStrategy } from './apps/stateful-set.ts';
import { jobStrategy } from './batch/job.ts';
import { configMapStrategy } from './core/config-map.ts';
import { namespaceStrategy } from './core/namespace.ts';
import { podStrategy } from './core/pod/strategy.ts';
import { secretStrategy } from './core/secret.ts';
import { serviceStrategy } from './core/service/strategy.ts';
import { clusterRoleStrategy } from './rbac/cluster-role.ts';
import { clusterRoleBindingStrategy } from './rbac/cluster-role-binding.ts';
import { roleStrategy } from './rbac/role.ts';
import { roleBindingStrategy } from './rbac/role-binding.ts';

/** Every kind that the server treats specially. A kind without an entry gets metadata and schema validation only. */
export const strategies: readonly StrategyBinding[] = [
  clusterRoleBindingStrategy,
  clusterRoleStrategy,
  configMapStrategy,
  controllerRevisionStrategy,
  daemonSetStrategy,
  deploymentStrategy,
  jobStrategy,
  namespaceStrategy,
  podStrategy,
  replicaSetStrategy,
  roleBindingStrategy,
  roleStrategy,
  secretStrategy,
  serviceStrategy,
  statefulSetStrategy,
];
