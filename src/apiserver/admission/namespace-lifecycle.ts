import { namespaces } from '#api/core/v1/namespace.ts';
import { forbidden, notFound, StatusError } from '#apimachinery/status.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { refuse } from './refuse.ts';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/** Nothing new in a namespace that is not there or is going away; some namespaces never go. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  handles: ['CREATE', 'DELETE'],
  admit(request) {
    const { operation, resource, namespace, name } = request;
    const isNamespace = resource.group === '' && resource.plural === 'namespaces';
    if (operation === 'DELETE' && isNamespace && IMMORTAL.has(name)) {
      throw forbidden(resource, name, 'this namespace may not be deleted');
    }
    if (operation === 'CREATE' && !isNamespace && namespace !== '') checkAlive(request);
  },
};

function checkAlive(request: AdmissionRequest): void {
  const { namespace, resource, reader } = request;
  if (resource.plural === 'localsubjectaccessreviews') return;
  const found = reader.get(namespaces, { namespace: '', name: namespace });
  if (!found) throw notFound(namespaces, namespace);
  if (found.status?.phase !== 'Terminating') return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { status } = refuse(request, why);
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw new StatusError({ ...status, details: { ...status.details, causes: [cause] } });
}
