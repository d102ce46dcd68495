import { defineResource } from '#apimachinery/resource.ts';
import type { ValidatingWebhookConfiguration } from '#gen/admissionregistration/v1.ts';
import { defaultValidatingWebhooks } from '../../defaults/webhooks.ts';

export const validatingWebhookConfigurations = defineResource<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  scope: 'Cluster',
  categories: ['api-extensions'],
  columns: [{ name: 'Webhooks', type: 'integer', of: ({ webhooks }) => webhooks?.length ?? 0 }],
  defaults: defaultValidatingWebhooks,
});
