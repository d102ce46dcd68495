import { namespaces } from '#api/core/v1/namespace.ts';
import { defineStrategy } from '../../strategy.ts';
import { dns1123Label } from '../validation/formats.ts';

export const namespaceStrategy = defineStrategy(namespaces, {
  validateName: (name) => dns1123Label(name),
  prepareForCreate(namespace) {
    namespace.status = { phase: 'Active' };
    const finalizers = namespace.spec?.finalizers ?? [];
    namespace.spec = { finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] };
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      'kubernetes.io/metadata.name': namespace.metadata.name,
    };
  },
  prepareForUpdate(next, previous) {
    next.spec = { ...next.spec, finalizers: previous.spec?.finalizers };
    next.status = previous.status;
  },
});
