import type { UserInfo } from '#apimachinery/request.ts';
import type { Reader } from '../reader.ts';
import type { Authorizer, Decision, RuleView } from './authorizer.ts';
import { nodeAuthorizer } from './node-authorizer.ts';
import { rbacAuthorizer } from './rbac.ts';

export const MASTERS = 'system:masters';
/** The server's own hooks, which work before there are any roles. */
export const APISERVER_USER: UserInfo = { name: 'system:apiserver', groups: [MASTERS, 'system:authenticated'] };

const EVERYTHING: readonly RuleView[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** `system:masters` may do all; no rule can take that away. */
const masters: Authorizer = {
  authorize: ({ user }) =>
    user.groups.includes(MASTERS) ? { decision: 'allow', reason: '' } : { decision: 'noOpinion', reason: '' },
  rulesFor: (user) => (user.groups.includes(MASTERS) ? EVERYTHING : []),
};

/** The server's authorizers in upstream's order: masters, Node, RBAC. The first that has an opinion decides. */
export function authorizerChain(reader: Reader): Authorizer {
  return chainOf([masters, nodeAuthorizer(reader), rbacAuthorizer(reader)]);
}

export function chainOf(links: readonly Authorizer[]): Authorizer {
  return {
    authorize(asked): Decision {
      const reasons: string[] = [];
      for (const link of links) {
        const decision = link.authorize(asked);
        if (decision.decision !== 'noOpinion') return decision;
        if (decision.reason) reasons.push(decision.reason);
      }
      return { decision: 'noOpinion', reason: reasons.join('\n') };
    },
    rulesFor: (user, namespace) => links.flatMap((link) => link.rulesFor(user, namespace)),
  };
}
