import { defineResource } from '#apimachinery/resource.ts';
import type { ValidatingAdmissionPolicyBinding } from '#gen/admissionregistration/v1.ts';
import { paramRefCell } from '../../columns/param-ref.ts';
import { defaultAdmissionPolicyBinding } from '../../defaults/admission-policy.ts';

export const validatingAdmissionPolicyBindings = defineResource<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  scope: 'Cluster',
  categories: ['api-extensions'],
  columns: [
    { name: 'PolicyName', type: 'string', of: ({ spec }) => spec?.policyName ?? '' },
    { name: 'ParamRef', type: 'string', of: ({ spec }) => paramRefCell(spec?.paramRef) },
  ],
  defaults: defaultAdmissionPolicyBinding,
});
