import { type AnyContainer, containersOf, named, type PodCheck, quoted, settersText, sortedSet } from './violation.ts';

const isFine = (type: string | undefined) => type === 'RuntimeDefault' || type === 'Localhost';
const typeOf = ({ securityContext }: AnyContainer) => securityContext?.seccompProfile?.type;

/** A profile that is named confines. */
export const seccompBaseline: PodCheck = ({ spec }) => {
  const ofPod = spec.securityContext?.seccompProfile?.type;
  const isPodBad = ofPod !== undefined && !isFine(ofPod);
  const bad = containersOf(spec).filter((one) => typeOf(one) !== undefined && !isFine(typeOf(one)));
  if (!isPodBad && bad.length === 0) return undefined;
  const values = sortedSet([...(isPodBad ? [ofPod] : []), ...bad.map((one) => typeOf(one) ?? '')]);
  const who = settersText(
    isPodBad,
    bad.map(({ name }) => name),
  );
  return {
    reason: 'seccompProfile',
    detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  };
};

/** A profile is named for each container, by itself or by its pod. */
export const seccompRestricted: PodCheck = (pod) => {
  const { spec, minor } = pod;
  if (minor < 19 || isWindows(pod)) return undefined;
  const wrong = seccompBaseline(pod);
  if (wrong) return wrong;
  if (isFine(spec.securityContext?.seccompProfile?.type)) return undefined;
  const silent = containersOf(spec).filter((one) => typeOf(one) === undefined);
  if (silent.length === 0) return undefined;
  const who = named(
    'container',
    silent.map(({ name }) => name),
  );
  return {
    reason: 'seccompProfile',
    detail: `pod or ${who} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

/** What Windows does not have cannot be demanded of it. */
export const isWindows: (pod: Parameters<PodCheck>[0]) => boolean = ({ spec, minor }) =>
  minor >= 25 && spec.os?.name === 'windows';
