import { defineResource } from '#apimachinery/resource.ts';
import type { ValidatingWebhookConfiguration } from '#gen/admissionregistration/v1.ts';

export const validatingWebhookConfigurations = defineResource<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  scope: 'Cluster',
  categories: ['api-extensions'],
});
