import { configMaps } from '#api/core/v1/config-map.ts';
import { namespaces } from '#api/core/v1/namespace.ts';
import { isAlreadyExists } from '#apimachinery/status.ts';
import type { ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf, watch } from '#reconciler/mappings.ts';
import { isNamespaceGoing } from '#reconciler/namespace-going.ts';

const NAME = 'kube-root-ca.crt';
const ANNOTATIONS = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
};

/** Keeps the cluster's CA in each namespace. Source: kubernetes pkg/controller/certificates/rootcacertpublisher. */
export const rootCaController: ControllerFactory = ({ client, informers, options }) => ({
  name: 'root-ca-cert-publisher',
  watches: [
    enqueueSelf(namespaces),
    watch(configMaps, ({ metadata }) => (metadata.name === NAME ? [metadata.namespace ?? ''] : [])),
  ],
  async reconcile({ key: namespace, signal }) {
    const home = informers.for(namespaces).get(namespace);
    if (!home || home.metadata.deletionTimestamp || home.status?.phase === 'Terminating') return;
    const data = { 'ca.crt': options.rootCaPem };
    const current = informers.for(configMaps).get(`${namespace}/${NAME}`);
    try {
      if (!current)
        await client.create(
          configMaps,
          { metadata: { name: NAME, namespace, annotations: ANNOTATIONS }, data },
          { signal },
        );
      else if (!isWhole(current.data, current.metadata.annotations, options.rootCaPem)) {
        const annotations = { ...current.metadata.annotations, ...ANNOTATIONS };
        await client.update(
          configMaps,
          { ...current, data, metadata: { ...current.metadata, annotations } },
          { signal },
        );
      }
    } catch (error) {
      if (!isAlreadyExists(error) && !isNamespaceGoing(error)) throw error;
    }
  },
});

type Words = Record<string, string> | undefined;

const isWhole = (data: Words, annotations: Words, pem: string): boolean =>
  data?.['ca.crt'] === pem &&
  Object.keys(data).length === 1 &&
  Object.entries(ANNOTATIONS).every(([key, value]) => annotations?.[key] === value);
