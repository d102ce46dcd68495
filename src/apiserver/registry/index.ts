import type { StrategyBinding } from '../strategy.ts';
import { daemonSetStrategy, deploymentStrategy, replicaSetStrategy, statefulSetStrategy } from './apps/workloads.ts';
import { jobStrategy } from './batch/job.ts';
import { configMapStrategy, secretStrategy } from './core/config.ts';
import { namespaceStrategy } from './core/namespace.ts';
import { podStrategy } from './core/pod/strategy.ts';
import { serviceStrategy } from './core/service/strategy.ts';
import { clusterRoleBindingStrategy, clusterRoleStrategy, roleBindingStrategy, roleStrategy } from './rbac/roles.ts';

/** Every kind that the server treats specially. A kind without an entry gets metadata and schema validation only. */
export const strategies: readonly StrategyBinding[] = [
  clusterRoleBindingStrategy,
  clusterRoleStrategy,
  configMapStrategy,
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
