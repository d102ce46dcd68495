import { pods } from '#api/core/v1/pod.ts';
import { FieldPath } from '#apimachinery/field-error.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { conflict, invalid, notFound } from '#apimachinery/status.ts';
import type { Binding, Pod } from '#gen/core/v1.ts';
import { admissionRequest } from '../registry/engine/admitting.ts';
import { cloneJson } from '../registry/engine/clone.ts';
import { type Call } from '../registry/engine/core.ts';
import { expectedNamespace, matchNamespace, ownedBody } from '../registry/engine/identity.ts';
import { timestamp } from '../registry/engine/system-fields.ts';
import { transact } from '../registry/engine/transact.ts';
import { storageKey } from '../storage-keys.ts';
import { type SubresourceHandler, success } from './subresource.ts';

const BINDING = { group: '', version: 'v1', kind: 'Binding' };

/** Gives a pod its node, once. */
export const binding: SubresourceHandler = {
  resource: pods,
  name: 'binding',
  async serve(call) {
    const sent = ownedBody(call.request, BINDING) as unknown as Binding;
    matchNamespace(sent, expectedNamespace(call.request));
    const about = { operation: 'CREATE', object: sent } as const;
    await call.core.admission.admit(admissionRequest(call, about));
    validate(sent);
    await call.core.admission.validate(admissionRequest(call, about));
    await bind({ ...call, resource: pods as unknown as Resource }, call.request.name || sent.metadata.name, sent);
    return success(201);
  },
};

function validate({ metadata, target }: Binding): void {
  const errors = [];
  if (target?.kind && target.kind !== 'Node')
    errors.push(new FieldPath('target.kind').notSupported(target?.kind, ['Node', '<empty>']));
  if (!target?.name) errors.push(new FieldPath('target.name').required());
  if (errors.length > 0) throw invalid(BINDING, metadata.name, errors);
}

async function bind(call: Call, name: string, sent: Binding): Promise<void> {
  const key = storageKey(call.resource, { namespace: call.request.namespace, name });
  await transact(call, key, (existing) => {
    if (!existing) throw notFound(pods, name);
    const pod = cloneJson(existing) as Pod;
    const refusal = whyNot(pod, sent);
    if (refusal) throw conflict({ group: '', plural: 'pods/binding' }, name, refusal);
    pod.spec = { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: sent.target?.name };
    const { annotations, labels } = sent.metadata;
    if (annotations) pod.metadata.annotations = { ...pod.metadata.annotations, ...annotations };
    if (labels) pod.metadata.labels = { ...labels, ...pod.metadata.labels };
    pod.status = scheduled(pod.status ?? {}, timestamp(call.nowMs));
    return { write: 'put', object: pod };
  });
}

function whyNot({ metadata, spec }: Pod, sent: Binding): string | undefined {
  const { uid, resourceVersion } = sent.metadata;
  if (uid && uid !== metadata.uid) {
    return `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    return `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
  }
  if (metadata.deletionTimestamp) return `pod ${metadata.name} is being deleted, cannot be assigned to a host`;
  if (spec?.nodeName) return `pod ${metadata.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`;
  return spec?.schedulingGates?.length ? `pod ${metadata.name} has non-empty .spec.schedulingGates` : undefined;
}

function scheduled(status: NonNullable<Pod['status']>, now: string): NonNullable<Pod['status']> {
  const conditions = status.conditions ?? [];
  const index = conditions.findIndex(({ type }) => type === 'PodScheduled');
  const old = conditions[index];
  if (old?.status === 'True') return status;
  const next = { type: 'PodScheduled', status: 'True', lastTransitionTime: now };
  const { nominatedNodeName: _, ...rest } = status;
  return { ...rest, conditions: index < 0 ? [...conditions, next] : conditions.with(index, next) };
}
