import { isDeepStrictEqual } from 'node:util';
import { leases } from '#api/coordination/v1/lease.ts';
import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { forbidden, type StatusError } from '#apimachinery/status.ts';
import type { Node, Pod } from '#gen/core/v1.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

const NODE_USER = 'system:node:';

/** A kubelet writes its own node, its lease, and the pods on it; nothing of its siblings. */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  handles: ['CREATE', 'UPDATE', 'DELETE'],
  validate(request) {
    const { user, resource } = request;
    if (!user.groups.includes('system:nodes') || !user.name.startsWith(NODE_USER)) return;
    const nodeName = user.name.slice(NODE_USER.length);
    if (resource.group === '' && resource.plural === pods.plural) checkPod(request, nodeName);
    else if (resource.group === '' && resource.plural === nodes.plural) checkNode(request, nodeName);
    else if (resource.group === leases.group && resource.plural === leases.plural) checkLease(request, nodeName);
    else if (resource.plural === 'serviceaccounts' && request.subresource === 'token') checkToken(request, nodeName);
  },
};

const no = ({ resource, name }: AdmissionRequest, why: string): StatusError => forbidden(resource, name, why);

function checkPod(request: AdmissionRequest, node: string): void {
  const { operation, subresource } = request;
  if (subresource === '' && operation === 'CREATE') return checkMirror(request, node);
  if (subresource === '' && operation === 'UPDATE')
    throw no(request, `unexpected operation "UPDATE", node "${node}" can only create and delete mirror pods`);
  if (subresource === '' && operation === 'DELETE')
    return checkOwnPod(request, node, 'delete pods with spec.nodeName set to itself');
  if (subresource === 'status') return checkStatus(request, node);
  if (subresource === 'eviction') return checkEvicted(request, node);
  throw no(
    request,
    `unexpected pod subresource ${JSON.stringify(subresource)}, only 'status' and 'eviction' are allowed`,
  );
}

function checkMirror(request: AdmissionRequest, node: string): void {
  const { metadata, spec } = request.object as Pod;
  if (metadata.annotations?.['kubernetes.io/config.mirror'] === undefined) {
    throw no(
      request,
      `pod does not have "kubernetes.io/config.mirror" annotation, node "${node}" can only create mirror pods`,
    );
  }
  if (spec?.nodeName !== node) {
    throw no(request, `node "${node}" can only create pods with spec.nodeName set to itself`);
  }
  if (spec.serviceAccountName) throw no(request, `node "${node}" can not create pods that reference a service account`);
  for (const { secret, configMap, persistentVolumeClaim } of spec.volumes ?? []) {
    if (secret) throw no(request, `node "${node}" can not create pods that reference secrets`);
    if (configMap) throw no(request, `node "${node}" can not create pods that reference configmaps`);
    if (persistentVolumeClaim)
      throw no(request, `node "${node}" can not create pods that reference persistentvolumeclaims`);
  }
}

function checkOwnPod(request: AdmissionRequest, node: string, may: string): void {
  const pod = request.oldObject as Pod | undefined;
  if (pod?.spec?.nodeName !== node) throw no(request, `node "${node}" can only ${may}`);
}

function checkStatus(request: AdmissionRequest, node: string): void {
  checkOwnPod(request, node, 'update pod status for pods with spec.nodeName set to itself');
  const { metadata: next } = request.object as Pod;
  const { metadata: old } = request.oldObject as Pod;
  if (!isDeepStrictEqual(next.labels ?? {}, old.labels ?? {})) {
    throw no(request, `node "${node}" cannot update labels through pod status`);
  }
}

function checkEvicted(request: AdmissionRequest, node: string): void {
  const { namespace, name, reader } = request;
  const pod = reader.get(pods, { namespace, name });
  if (pod && pod.spec?.nodeName !== node) {
    throw no(request, `node ${node} can only evict pods with spec.nodeName set to itself`);
  }
}

function checkNode(request: AdmissionRequest, node: string): void {
  const { operation, name, object, oldObject } = request;
  const wanted = name || (object?.metadata.name ?? '');
  if (wanted !== node) throw no(request, `node "${node}" is not allowed to modify node "${wanted}"`);
  if (operation === 'CREATE') return checkLabels(request, { next: object as Node, old: undefined, node });
  if (operation !== 'UPDATE') return;
  checkNodeUpdate(request, { next: object as Node, old: oldObject as Node, node });
}

function checkNodeUpdate(
  request: AdmissionRequest,
  { next, old, node }: { next: Node; old: Node; node: string },
): void {
  if (next.spec?.configSource && !isDeepStrictEqual(next.spec.configSource, old.spec?.configSource)) {
    throw no(request, `node "${node}" is not allowed to update configSource to a new non-nil configSource`);
  }
  if (!isDeepStrictEqual(next.spec?.taints ?? [], old.spec?.taints ?? [])) {
    throw no(request, `node "${node}" is not allowed to modify taints`);
  }
  if (!isDeepStrictEqual(next.metadata.ownerReferences ?? [], old.metadata.ownerReferences ?? [])) {
    throw no(request, `node "${node}" is not allowed to modify ownerReferences`);
  }
  checkLabels(request, { next, old, node });
}

/** What kubelets may label themselves with. Source: cloud-provider/kubelet well-known labels. */
const KUBELET_LABELS = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);

interface Labelled {
  next: KubeObject;
  old: KubeObject | undefined;
  node: string;
}

function checkLabels(request: AdmissionRequest, { next, old, node }: Labelled): void {
  const [after, before] = [next.metadata.labels ?? {}, old?.metadata.labels ?? {}];
  const keys = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  const changed = keys.filter((key) => after[key] !== before[key] && isForbiddenLabel(key)).sort();
  if (changed.length === 0) return;
  const why = old
    ? `is not allowed to modify labels: ${changed.join(', ')}`
    : `is not allowed to set the following labels: ${changed.join(', ')}`;
  throw no(request, `node "${node}" ${why}`);
}

function isForbiddenLabel(key: string): boolean {
  const domain = key.includes('/') ? (key.split('/')[0] ?? '') : '';
  const isIn = (suffix: string) => domain === suffix || domain.endsWith(`.${suffix}`);
  if (isIn('node-restriction.kubernetes.io')) return true;
  if (!isIn('kubernetes.io') && !isIn('k8s.io')) return false;
  return !KUBELET_LABELS.has(key) && !isIn('kubelet.kubernetes.io') && !isIn('node.kubernetes.io');
}

function checkLease(request: AdmissionRequest, node: string): void {
  const { operation, namespace, object, name } = request;
  if (namespace !== 'kube-node-lease') {
    throw no(request, `can only access leases in the "kube-node-lease" system namespace`);
  }
  const wanted = operation === 'CREATE' ? (object?.metadata.name ?? '') : name;
  if (wanted !== node) throw no(request, 'can only access node lease with the same name as the requesting node');
}

function checkToken(request: AdmissionRequest, node: string): void {
  type Bound = { spec?: { boundObjectRef?: { kind?: string; name?: string; uid?: string } } };
  const reference = (request.object as Bound | undefined)?.spec?.boundObjectRef;
  if (reference?.kind !== 'Pod' || !reference.name) throw no(request, 'node requested token not bound to a pod');
  if (!reference.uid) throw no(request, 'node requested token with a pod binding without a uid');
  const pod = request.reader.get(pods, { namespace: request.namespace, name: reference.name });
  if (pod?.metadata.uid !== reference.uid) {
    throw no(
      request,
      'the UID in the bound object reference does not match the UID in record. The object might have been deleted and then recreated',
    );
  }
  if (pod.spec?.nodeName !== node)
    throw no(request, 'node requested token bound to a pod scheduled on a different node');
}
