import { defineResource } from '#apimachinery/resource.ts';
import type { MutatingAdmissionPolicy } from '#gen/admissionregistration/v1.ts';

export const mutatingAdmissionPolicies = defineResource<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  scope: 'Cluster',
  categories: ['api-extensions'],
});
