import { defineResource } from '#apimachinery/resource.ts';
import type { MutatingAdmissionPolicyBinding } from '#gen/admissionregistration/v1.ts';
import { paramRefCell } from '../../columns/param-ref.ts';
import { defaultAdmissionPolicyBinding } from '../../defaults/admission-policy.ts';

export const mutatingAdmissionPolicyBindings = defineResource<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  scope: 'Cluster',
  categories: ['api-extensions'],
  columns: [
    { name: 'PolicyName', type: 'string', of: ({ spec }) => spec?.policyName ?? '' },
    { name: 'ParamRef', type: 'string', of: ({ spec }) => paramRefCell(spec?.paramRef) },
  ],
  defaults: defaultAdmissionPolicyBinding,
});
