import { namespaces } from '#api/core/v1/namespace.ts';
import { serviceAccounts } from '#api/core/v1/service-account.ts';
import { isAlreadyExists } from '#apimachinery/status.ts';
import type { ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf, watch } from '#reconciler/mappings.ts';
import { isNamespaceGoing } from '#reconciler/namespace-going.ts';

const NAME = 'default';

/** Keeps a service account `default` in each namespace. Source: kubernetes pkg/controller/serviceaccount. */
export const serviceAccountController: ControllerFactory = ({ client, informers }) => ({
  name: 'service-account-controller',
  watches: [
    enqueueSelf(namespaces),
    watch(serviceAccounts, ({ metadata }) => (metadata.name === NAME ? [metadata.namespace ?? ''] : [])),
  ],
  async reconcile({ key: namespace, signal }) {
    const home = informers.for(namespaces).get(namespace);
    if (!home || home.metadata.deletionTimestamp || home.status?.phase === 'Terminating') return;
    if (informers.for(serviceAccounts).get(`${namespace}/${NAME}`)) return;
    try {
      await client.create(serviceAccounts, { metadata: { name: NAME, namespace } }, { signal });
    } catch (error) {
      if (!isAlreadyExists(error) && !isNamespaceGoing(error)) throw error;
    }
  },
});
