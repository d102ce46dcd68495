import type { DaemonSet, Deployment, DeploymentSpec, ReplicaSet, StatefulSet, StatefulSetSpec } from '#gen/apps/v1.ts';
import { defaultClaimSpec } from './claim-spec.ts';
import { defaultPodTemplate } from './pod.ts';
import { specOf } from './spec.ts';

const HISTORY_LIMIT = 10;

function defaultStrategy(spec: DeploymentSpec): void {
  spec.strategy ??= {};
  spec.strategy.type ||= 'RollingUpdate';
  if (spec.strategy.type !== 'RollingUpdate') return;
  spec.strategy.rollingUpdate ??= {};
  spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
  spec.strategy.rollingUpdate.maxSurge ??= '25%';
}

/** Source: pkg/apis/apps/v1/defaults.go, SetDefaults_Deployment. */
export function defaultDeployment(deployment: Deployment): void {
  const spec = specOf(deployment);
  spec.replicas ??= 1;
  defaultStrategy(spec);
  spec.revisionHistoryLimit ??= HISTORY_LIMIT;
  spec.progressDeadlineSeconds ??= 600;
  defaultPodTemplate(spec.template);
}

export function defaultReplicaSet(set: ReplicaSet): void {
  const spec = specOf(set);
  spec.replicas ??= 1;
  defaultPodTemplate(spec.template);
}

/** Source: pkg/apis/apps/v1/defaults.go, SetDefaults_DaemonSet. */
export function defaultDaemonSet(set: DaemonSet): void {
  const spec = specOf(set);
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ||= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= HISTORY_LIMIT;
  defaultPodTemplate(spec.template);
}

function defaultClaimTemplates(spec: StatefulSetSpec): void {
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion = 'v1';
    claim.kind = 'PersistentVolumeClaim';
    claim.spec ??= {};
    claim.status ??= {};
    defaultClaimSpec(claim.spec);
    claim.status.phase ||= 'Pending';
  }
}

function defaultUpdateStrategy(spec: StatefulSetSpec): void {
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ||= 'RollingUpdate';
  if (spec.updateStrategy.type !== 'RollingUpdate') return;
  spec.updateStrategy.rollingUpdate ??= {};
  spec.updateStrategy.rollingUpdate.partition ??= 0;
}

/** Source: pkg/apis/apps/v1/defaults.go, SetDefaults_StatefulSet. */
export function defaultStatefulSet(set: StatefulSet): void {
  const spec = specOf(set);
  spec.podManagementPolicy ||= 'OrderedReady';
  defaultUpdateStrategy(spec);
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain';
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= HISTORY_LIMIT;
  defaultClaimTemplates(spec);
  defaultPodTemplate(spec.template);
}
