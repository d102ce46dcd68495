import { defineResource } from '#apimachinery/resource.ts';
import type { ValidatingAdmissionPolicy } from '#gen/admissionregistration/v1.ts';
import { defaultAdmissionPolicy } from '../../defaults/admission-policy.ts';

export const validatingAdmissionPolicies = defineResource<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  scope: 'Cluster',
  categories: ['api-extensions'],
  subresources: [{ name: 'status', kind: 'ValidatingAdmissionPolicy', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'Validations', type: 'integer', of: ({ spec }) => spec?.validations?.length ?? 0 },
    {
      name: 'ParamKind',
      type: 'string',
      of: ({ spec }) => (spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>'),
    },
  ],
  defaults: defaultAdmissionPolicy,
});
