import type { Ingress, IngressClass, IngressSpec, IPAddress } from '#gen/networking/v1.ts';
import { NONE } from './text.ts';

/** The class by field, or by the annotation that came before it. */
export function ingressClassOf({ metadata, spec }: Ingress): string {
  return spec?.ingressClassName ?? metadata.annotations?.['kubernetes.io/ingress.class'] ?? NONE;
}

/** The first three hosts, and how many rules more; `*` where no rule names one. */
export function hostsCell(spec: IngressSpec | undefined): string {
  const rules = spec?.rules ?? [];
  const hosts = rules.map(({ host }) => host ?? '').filter((host) => host !== '');
  if (hosts.length === 0) return '*';
  const shown = hosts.slice(0, 3).join(',');
  return hosts.length >= 3 && rules.length > 3 ? `${shown} + ${rules.length - 3} more...` : shown;
}

/** `IngressParameters.k8s.example.com/external-lb`. */
export function parametersCell({ spec }: IngressClass): string {
  const parameters = spec?.parameters;
  if (!parameters) return NONE;
  const group = parameters.apiGroup ? `.${parameters.apiGroup}` : '';
  return `${parameters.kind}${group}/${parameters.name}`;
}

/** `services/default/kubernetes`: what holds an address. */
export function parentRefCell({ spec }: IPAddress): string {
  const parent = spec?.parentRef;
  if (!parent) return NONE;
  const resource = parent.group ? `${parent.resource}.${parent.group}` : parent.resource;
  return [resource, parent.namespace, parent.name].filter(Boolean).join('/');
}
