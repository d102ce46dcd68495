import type { SELinuxOptions } from '#gen/core/v1.ts';
import { containersOf, named, type PodCheck, settersText, sortedSet } from './violation.ts';

const typesFor = (minor: number) =>
  new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', ...(minor >= 31 ? ['container_engine_t'] : [])]);

/** Types beyond those of containers, and any user or role, are refused. */
export const seLinuxOptions: PodCheck = ({ spec, minor }) => {
  const types = typesFor(minor);
  const isBad = (options: SELinuxOptions | undefined): options is SELinuxOptions =>
    options !== undefined && (!types.has(options.type ?? '') || !!options.user || !!options.role);
  const ofPod = spec.securityContext?.seLinuxOptions;
  const containers = containersOf(spec).filter(({ securityContext }) => isBad(securityContext?.seLinuxOptions));
  const bad = [ofPod, ...containers.map(({ securityContext }) => securityContext?.seLinuxOptions)].filter(isBad);
  if (bad.length === 0) return undefined;
  const badTypes = sortedSet(bad.map(({ type = '' }) => type).filter((type) => !types.has(type)));
  const why = [
    ...(badTypes.length > 0 ? [named('type', badTypes)] : []),
    ...(bad.some(({ user }) => user) ? ['user may not be set'] : []),
    ...(bad.some(({ role }) => role) ? ['role may not be set'] : []),
  ];
  const who = settersText(
    isBad(ofPod),
    containers.map(({ name }) => name),
  );
  return {
    reason: 'seLinuxOptions',
    detail: `${who} set forbidden securityContext.seLinuxOptions: ${why.join('; ')}`,
  };
};
