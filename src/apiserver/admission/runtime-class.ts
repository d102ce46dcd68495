import { isDeepStrictEqual } from 'node:util';
import { pods } from '#api/core/v1/pod.ts';
import { runtimeClasses } from '#api/node/v1/runtime-class.ts';
import type { Pod, PodSpec, Toleration } from '#gen/core/v1.ts';
import type { RuntimeClass } from '#gen/node/v1.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { isAbout, refuse } from './refuse.ts';

/** A pod pays its runtime's overhead and goes only where that runtime is. Source: KEP-688. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  handles: ['CREATE'],
  admit(request) {
    if (!isAbout(request, pods)) return;
    const { spec } = request.object as Pod;
    if (!spec) return;
    const found = classOf(request, spec);
    const overhead = found?.overhead?.podFixed;
    if (overhead) {
      if (spec.overhead && !isDeepStrictEqual(spec.overhead, overhead)) {
        throw refuse(request, `pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead`);
      }
      spec.overhead = { ...overhead };
    }
    if (found?.scheduling) schedule(request, spec, found.scheduling);
  },
  validate(request) {
    if (!isAbout(request, pods)) return;
    const { spec } = request.object as Pod;
    if (spec?.overhead && !spec.runtimeClassName) {
      throw refuse(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    }
  },
};

function classOf(request: AdmissionRequest, { runtimeClassName: name }: PodSpec): RuntimeClass | undefined {
  if (!name) return undefined;
  const found = request.reader.get(runtimeClasses, { namespace: '', name });
  if (!found) throw refuse(request, `pod rejected: RuntimeClass "${name}" not found`);
  return found;
}

type Scheduling = NonNullable<RuntimeClass['scheduling']>;

function schedule(request: AdmissionRequest, spec: PodSpec, { nodeSelector = {}, tolerations = [] }: Scheduling): void {
  const own = spec.nodeSelector ?? {};
  for (const [key, value] of Object.entries(nodeSelector)) {
    if (own[key] !== undefined && own[key] !== value) {
      throw refuse(
        request,
        `pod rejected: conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own[key]}`,
      );
    }
  }
  if (Object.keys(nodeSelector).length > 0) spec.nodeSelector = { ...own, ...nodeSelector };
  const known = spec.tolerations ?? [];
  const isNew = (one: Toleration) => !known.some((other) => isDeepStrictEqual(other, one));
  if (tolerations.some(isNew)) spec.tolerations = [...known, ...tolerations.filter(isNew)];
}
