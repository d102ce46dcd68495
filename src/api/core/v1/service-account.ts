import { defineResource } from '#apimachinery/resource.ts';
import type { ServiceAccount } from '#gen/core/v1.ts';

export const serviceAccounts = defineResource<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  scope: 'Namespaced',
  shortNames: ['sa'],
  subresources: [
    { name: 'token', group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] },
  ],
  columns: [{ name: 'Secrets', type: 'string', of: ({ secrets }) => secrets?.length ?? 0 }],
});
