import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { PodSecurityContext, PodSpec } from '#gen/core/v1.ts';
import { checked, each, oneOf, quantityNotNegative, requiredOneOf, unique } from '../../validation/fields.ts';
import { dns1123Subdomain, inRange, qualifiedName } from '../../validation/formats.ts';
import { validateLabels } from '../../validation/label-selector.ts';
import { validateAffinity } from './affinity.ts';
import { validateContainers, validateInitContainers } from './container.ts';
import { validateId, validateSeccomp } from './container-security.ts';
import { validateDns, validateHostNames } from './dns.ts';
import { validateEphemeralContainers } from './ephemeral.ts';
import { validateTolerations, validateTopologySpread } from './placement.ts';
import { validateHostNetworkPorts, validateHostPorts } from './ports.ts';
import { validateVolumes } from './volume.ts';

const SYSCTL =
  'must have at most 253 characters and match regex ([a-z0-9][-_a-z0-9]*[a-z0-9]?[./])*[a-z0-9][-_a-z0-9]*';

function validateSecurity(spec: PodSpec, context: PodSecurityContext, at: FieldPath): FieldError[] {
  const errors = [
    ...validateId(context.fsGroup, at.child('fsGroup')),
    ...validateId(context.runAsUser, at.child('runAsUser')),
    ...validateId(context.runAsGroup, at.child('runAsGroup')),
    ...each(context.supplementalGroups, at.child('supplementalGroups'), validateId),
    ...validateSeccomp(context.seccompProfile, at.child('seccompProfile')),
  ];
  if (spec.shareProcessNamespace && spec.hostPID) {
    const sentence = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(at.child('shareProcessNamespace').invalid(true, sentence));
  }
  const sysctls = at.child('sysctls');
  errors.push(
    ...each(context.sysctls, sysctls, ({ name }, place) => {
      if (!name) return [place.child('name').required('')];
      const isFine = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/.test(name);
      return isFine ? [] : [place.child('name').invalid(name, SYSCTL)];
    }),
    ...unique(
      context.sysctls,
      ({ name }) => name,
      (index) => sysctls.index(index).child('name'),
    ),
  );
  return errors;
}

function validateAllContainers(spec: PodSpec, at: FieldPath): FieldError[] {
  const volumes = new Set((spec.volumes ?? []).map(({ name }) => name));
  const taken = new Set((spec.containers ?? []).map(({ name }) => name));
  const inits = at.child('initContainers');
  return [
    ...validateContainers(spec.containers, volumes, at.child('containers')),
    ...validateHostPorts(spec.containers ?? [], at.child('containers')),
    ...validateInitContainers(spec.initContainers, { volumes, taken }, inits),
    ...validateEphemeralContainers(spec, volumes, at.child('ephemeralContainers')),
    ...(spec.hostNetwork ? validateHostNetworkPorts(spec.containers ?? [], at.child('containers')) : []),
  ];
}

function validateTimes({ activeDeadlineSeconds, terminationGracePeriodSeconds }: PodSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (activeDeadlineSeconds !== undefined) {
    const sentences = inRange(activeDeadlineSeconds, 1, 2_147_483_647);
    errors.push(
      ...sentences.map((sentence) => at.child('activeDeadlineSeconds').invalid(activeDeadlineSeconds, sentence)),
    );
  }
  if (terminationGracePeriodSeconds === undefined) errors.push(at.child('terminationGracePeriodSeconds').required(''));
  return errors;
}

function validateGates(spec: PodSpec, at: FieldPath): FieldError[] {
  const gates = at.child('schedulingGates');
  return [
    ...each(spec.readinessGates, at.child('readinessGates'), ({ conditionType }, place) =>
      checked(conditionType, qualifiedName, place.child('conditionType')),
    ),
    ...each(spec.schedulingGates, gates, ({ name }, place) => checked(name, qualifiedName, place)),
    ...unique(
      spec.schedulingGates,
      ({ name }) => name,
      (index) => gates.index(index).child('name'),
    ),
  ];
}

const NAMES = ['serviceAccountName', 'nodeName', 'priorityClassName', 'runtimeClassName'] as const;

/** Source: pkg/apis/core/validation, ValidatePodSpec. */
export function validatePodSpec(spec: PodSpec, at: FieldPath): FieldError[] {
  const policies = ['Always', 'OnFailure', 'Never'];
  return [
    ...validateVolumes(spec.volumes, at.child('volumes')),
    ...validateAllContainers(spec, at),
    ...requiredOneOf(spec.restartPolicy, policies, at.child('restartPolicy')),
    ...validateDns(spec, at),
    ...validateLabels(spec.nodeSelector, at.child('nodeSelector')),
    ...validateSecurity(spec, spec.securityContext ?? {}, at.child('securityContext')),
    ...validateAffinity(spec.affinity, at.child('affinity')),
    ...validateGates(spec, at),
    ...validateTopologySpread(spec.topologySpreadConstraints, at.child('topologySpreadConstraints')),
    ...NAMES.flatMap((name) => {
      const value = spec[name];
      return value ? checked(value, dns1123Subdomain, at.child(name)) : [];
    }),
    ...validateTimes(spec, at),
    ...validateHostNames(spec, at),
    ...validateTolerations(spec.tolerations, at.child('tolerations')),
    ...oneOf(spec.preemptionPolicy, ['Never', 'PreemptLowerPriority'], at.child('preemptionPolicy')),
    ...Object.entries(spec.overhead ?? {}).flatMap(([name, amount]) =>
      quantityNotNegative(amount, at.child('overhead').key(name)),
    ),
    ...(spec.os ? requiredOneOf(spec.os.name, ['linux', 'windows'], at.child('os', 'name')) : []),
  ];
}
