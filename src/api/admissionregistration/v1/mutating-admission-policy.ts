import { defineResource } from '#apimachinery/resource.ts';
import type { MutatingAdmissionPolicy } from '#gen/admissionregistration/v1.ts';
import { defaultAdmissionPolicy } from '../../defaults/admission-policy.ts';

export const mutatingAdmissionPolicies = defineResource<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  scope: 'Cluster',
  categories: ['api-extensions'],
  columns: [
    { name: 'Mutations', type: 'integer', of: ({ spec }) => spec?.mutations?.length ?? 0 },
    {
      name: 'ParamKind',
      type: 'string',
      of: ({ spec }) => (spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>'),
    },
  ],
  defaults: defaultAdmissionPolicy,
});
