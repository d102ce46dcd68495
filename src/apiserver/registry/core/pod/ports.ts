import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Container, ContainerPort } from '#gen/core/v1.ts';
import { checked, each, requiredOneOf, unique } from '../../validation/fields.ts';
import { portName, portNumber } from '../../validation/formats.ts';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

const numbered = (value: number, at: FieldPath): FieldError[] =>
  portNumber(value).map((sentence) => at.invalid(value, sentence));

function validatePort({ name, containerPort, hostPort, protocol }: ContainerPort, at: FieldPath): FieldError[] {
  return [
    ...(name ? checked(name, portName, at.child('name')) : []),
    ...(containerPort ? numbered(containerPort, at.child('containerPort')) : [at.child('containerPort').required('')]),
    ...(hostPort ? numbered(hostPort, at.child('hostPort')) : []),
    ...requiredOneOf(protocol, PROTOCOLS, at.child('protocol')),
  ];
}

export function validatePorts(ports: readonly ContainerPort[] | undefined, at: FieldPath): FieldError[] {
  return [
    ...each(ports, at, validatePort),
    ...unique(
      ports,
      ({ name }) => name,
      (index) => at.index(index).child('name'),
    ),
  ];
}

/** No two containers of a pod may take the same port of the host. */
export function validateHostPorts(containers: readonly Container[], at: FieldPath): FieldError[] {
  const taken = containers.flatMap(({ ports }, container) =>
    (ports ?? []).map((port, index) => ({
      port,
      at: at.index(container).child('ports').index(index).child('hostPort'),
    })),
  );
  return unique(
    taken,
    ({ port: { protocol, hostIP, hostPort } }) => (hostPort ? `${protocol}/${hostIP ?? ''}/${hostPort}` : undefined),
    (index) => taken[index]?.at ?? at,
  );
}

/** On the host's network a container's port is the host's port. */
export function validateHostNetworkPorts(containers: readonly Container[], at: FieldPath): FieldError[] {
  const sentence = 'must match `hostPort` when `hostNetwork` is true';
  return each(containers, at, ({ ports }, place) =>
    each(ports, place.child('ports'), ({ containerPort, hostPort }, port) =>
      hostPort === containerPort ? [] : [port.child('containerPort').invalid(containerPort, sentence)],
    ),
  );
}
