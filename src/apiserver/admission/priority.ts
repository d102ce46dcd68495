import { pods } from '#api/core/v1/pod.ts';
import { priorityClasses } from '#api/scheduling/v1/priority-class.ts';
import { forbidden } from '#apimachinery/status.ts';
import type { Pod, PodSpec } from '#gen/core/v1.ts';
import type { PriorityClass } from '#gen/scheduling/v1.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { isAbout, refuse } from './refuse.ts';

/** Turns a pod's priorityClassName into its priority and preemption policy. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  handles: ['CREATE', 'UPDATE'],
  admit(request) {
    if (!isAbout(request, pods)) return;
    const pod = request.object as Pod;
    if (request.operation === 'UPDATE') keepPriority(pod, request.oldObject as Pod);
    else setPriority(request, pod);
  },
  validate(request) {
    if (!isAbout(request, priorityClasses)) return;
    const { metadata, globalDefault } = request.object as PriorityClass;
    if (!globalDefault) return;
    const other = defaultClass(request);
    if (other && other.metadata.name !== metadata.name) {
      const why = `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`;
      throw forbidden(request.resource, metadata.name, why);
    }
  },
};

function keepPriority({ spec }: Pod, { spec: old }: Pod): void {
  if (!spec || !old) return;
  if (spec.priority === undefined && old.priority !== undefined) spec.priority = old.priority;
  if (spec.preemptionPolicy === undefined && old.preemptionPolicy) spec.preemptionPolicy = old.preemptionPolicy;
}

function setPriority(request: AdmissionRequest, pod: Pod): void {
  const spec = (pod.spec ??= { containers: [] });
  const chosen = spec.priorityClassName ? named(request, spec.priorityClassName) : defaultClass(request);
  if (chosen && !spec.priorityClassName) spec.priorityClassName = chosen.metadata.name;
  const value = chosen?.value ?? 0;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refuse(
      request,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  spec.priority = value;
  const policy: PodSpec['preemptionPolicy'] = chosen?.preemptionPolicy === 'Never' ? 'Never' : 'PreemptLowerPriority';
  if (spec.preemptionPolicy && spec.preemptionPolicy !== policy) {
    throw refuse(
      request,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  spec.preemptionPolicy = policy;
}

/** The two system classes hold even before they are stored. */
const SYSTEM: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

function named(
  request: AdmissionRequest,
  name: string,
): Pick<PriorityClass, 'metadata' | 'value' | 'preemptionPolicy'> {
  const found = request.reader.get(priorityClasses, { namespace: '', name });
  if (found) return found;
  const value = SYSTEM[name];
  if (value === undefined) throw refuse(request, `no PriorityClass with name ${name} was found`);
  return { metadata: { name } as PriorityClass['metadata'], value };
}

/** Of several defaults the lowest counts. */
function defaultClass({ reader }: AdmissionRequest): PriorityClass | undefined {
  const defaults = reader.list(priorityClasses).filter(({ globalDefault }) => globalDefault);
  return defaults.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}
