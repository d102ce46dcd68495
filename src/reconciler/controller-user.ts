import type { UserInfo } from '#apimachinery/request.ts';

/** The identity that upstream's controller manager uses for a controller: a service account in kube-system. */
export function controllerUser(controllerName: string): UserInfo {
  return {
    name: `system:serviceaccount:kube-system:${controllerName}`,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
  };
}
