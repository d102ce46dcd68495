import type { UserInfo } from '#apimachinery/request.ts';

const AUTHENTICATED = 'system:authenticated';
const serviceAccount = (name: string): UserInfo => ({
  name: `system:serviceaccount:kube-system:${name}`,
  groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', AUTHENTICATED],
});

/** Who the components in the server's process are: upstream's names, and so upstream's permissions. */
export const identities = {
  admin: { name: 'kubernetes-admin', groups: ['system:masters', AUTHENTICATED] },
  scheduler: { name: 'system:kube-scheduler', groups: [AUTHENTICATED] },
  controllerManager: { name: 'system:kube-controller-manager', groups: [AUTHENTICATED] },
  proxy: { name: 'system:kube-proxy', groups: [AUTHENTICATED] },
  dns: serviceAccount('coredns'),
  node: (nodeName: string): UserInfo => ({ name: `system:node:${nodeName}`, groups: ['system:nodes', AUTHENTICATED] }),
} as const;
