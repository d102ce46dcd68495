import { namespaces } from '#api/core/v1/namespace.ts';
import { defineStrategy } from '../../strategy.ts';
import { asName, dns1123Label } from '../validation/formats.ts';

export const namespaceStrategy = defineStrategy(namespaces, {
  validateName: asName(dns1123Label),
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
    const finalizers = previous.spec?.finalizers;
    next.spec = { ...next.spec, ...(finalizers && { finalizers: [...finalizers] }) };
    if (!finalizers) delete next.spec.finalizers;
  },
});
