import { defineResource } from '#apimachinery/resource.ts';
import type { MutatingWebhookConfiguration } from '#gen/admissionregistration/v1.ts';
import { defaultMutatingWebhooks } from '../../defaults/webhooks.ts';

export const mutatingWebhookConfigurations = defineResource<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  scope: 'Cluster',
  categories: ['api-extensions'],
  columns: [{ name: 'Webhooks', type: 'integer', of: ({ webhooks }) => webhooks?.length ?? 0 }],
  defaults: defaultMutatingWebhooks,
});
