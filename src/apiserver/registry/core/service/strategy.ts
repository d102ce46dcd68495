import { services } from '#api/core/v1/service.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Service, ServicePort } from '#gen/core/v1.ts';
import { defineStrategy } from '../../../strategy.ts';
import { checked, each, IMMUTABLE, required, requiredOneOf, unique } from '../../validation/fields.ts';
import {
  asName,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  inRange,
  ipAddress,
  portNumber,
} from '../../validation/formats.ts';
import { validateLabels } from '../../validation/label-selector.ts';
import { PROTOCOLS } from '../pod/ports.ts';
import { validatePortRef } from '../pod/probe.ts';
import { releaseService, reserveService } from './allocation.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

/** What an update leaves out is kept as it was. Source: pkg/registry/core/service/storage, patchAllocatedValues. */
function keepAllocated(next: Service, previous: Service): void {
  const both = next.spec.type !== 'ExternalName' && previous.spec.type !== 'ExternalName';
  if (both && !next.spec.clusterIP) next.spec.clusterIP = previous.spec.clusterIP;
  if (both && !next.spec.clusterIPs?.length) next.spec.clusterIPs = previous.spec.clusterIPs;
  const usesPorts = next.spec.type === 'NodePort' || next.spec.type === 'LoadBalancer';
  for (const port of usesPorts ? (next.spec.ports ?? []) : []) {
    const old = previous.spec.ports?.find((one) => one.port === port.port && one.protocol === port.protocol);
    port.nodePort ||= old?.nodePort;
  }
}

/** Addresses come in two forms that always agree; there is one family. */
function normalize({ spec }: Service): void {
  if (spec.type === 'ExternalName') {
    delete spec.clusterIP;
    delete spec.clusterIPs;
    return;
  }
  spec.clusterIP ||= spec.clusterIPs?.[0];
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  spec.ipFamilyPolicy ??= 'SingleStack';
  if (!spec.ipFamilies?.length) spec.ipFamilies = ['IPv4'];
}

function validatePort(port: ServicePort, isNamed: boolean, at: FieldPath): FieldError[] {
  const errors = portNumber(port.port).map((sentence) => at.child('port').invalid(port.port, sentence));
  if (isNamed) errors.push(...required(port.name, at.child('name')));
  if (port.name) errors.push(...checked(port.name, dns1123Label, at.child('name')));
  errors.push(...requiredOneOf(port.protocol, PROTOCOLS, at.child('protocol')));
  errors.push(...validatePortRef(port.targetPort, at.child('targetPort')));
  return errors;
}

function validatePorts({ spec }: Service, at: FieldPath): FieldError[] {
  const ports = spec.ports ?? [];
  const isHeadless = spec.clusterIP === 'None';
  if (ports.length === 0 && !isHeadless && spec.type !== 'ExternalName') return [at.required('')];
  const errors = each(ports, at, (port, place) => validatePort(port, ports.length > 1, place));
  errors.push(
    ...unique(
      ports,
      ({ name }) => name,
      (index) => at.index(index).child('name'),
    ),
  );
  if (spec.type === 'ClusterIP') {
    for (const [index, { nodePort }] of ports.entries()) {
      if (nodePort)
        errors.push(at.index(index).child('nodePort').forbidden("may not be used when `type` is 'ClusterIP'"));
    }
  }
  return errors;
}

function validateAffinity({ spec }: Service, at: FieldPath): FieldError[] {
  const errors = requiredOneOf(spec.sessionAffinity, ['ClientIP', 'None'], at.child('sessionAffinity'));
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined || inRange(seconds, 1, 86_400).length === 0) return errors;
  const place = at.child('sessionAffinityConfig', 'clientIP', 'timeoutSeconds');
  return [...errors, place.invalid(seconds, 'must be greater than 0 and less than 86400')];
}

/** Source: pkg/apis/core/validation, ValidateService. */
function validateService(service: Service, at: FieldPath): FieldError[] {
  const { spec } = service;
  const errors = [
    ...validatePorts(service, at.child('ports')),
    ...validateAffinity(service, at),
    ...requiredOneOf(spec.type, TYPES, at.child('type')),
    ...validateLabels(spec.selector, at.child('selector')),
    ...each(spec.externalIPs, at.child('externalIPs'), (ip, place) => checked(ip, ipAddress, place)),
  ];
  if (spec.type === 'ExternalName') {
    const name = (spec.externalName ?? '').replace(/\.$/, '');
    errors.push(
      ...(name ? checked(name, dns1123Subdomain, at.child('externalName')) : [at.child('externalName').required('')]),
    );
  } else if (spec.clusterIP === 'None' && spec.type !== 'ClusterIP') {
    const sentence = `may not be set to 'None' for ${spec.type} services`;
    errors.push(at.child('clusterIPs').index(0).invalid('None', sentence));
  } else if (spec.clusterIP && spec.clusterIP !== 'None') {
    errors.push(...checked(spec.clusterIP, ipAddress, at.child('clusterIPs').index(0)));
  }
  return errors;
}

function validateFixed({ spec: next }: Service, { spec: previous }: Service, at: FieldPath): FieldError[] {
  const isFixed = next.type !== 'ExternalName' && previous.type !== 'ExternalName' && previous.clusterIP;
  if (!isFixed || next.clusterIP === previous.clusterIP) return [];
  return [at.child('clusterIPs').index(0).invalid(next.clusterIPs, IMMUTABLE)];
}

export const serviceStrategy = defineStrategy(services, {
  validateName: asName(dns1035Label),
  prepareForCreate(service) {
    service.status = { loadBalancer: {} };
    normalize(service);
  },
  prepareForUpdate(next, previous) {
    next.status = previous.status;
    keepAllocated(next, previous);
    normalize(next);
  },
  validate: (service, at) => validateService(service, at.child('spec')),
  validateUpdate: (next, previous, at) => validateFixed(next, previous, at.child('spec')),
  reserve: reserveService,
  afterDelete: releaseService,
});
