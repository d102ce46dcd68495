import type { UserInfo } from '#apimachinery/request.ts';

/** What is asked of an authorizer: a resource request, or a path such as `/metrics`. */
export interface AuthorizationAttributes {
  readonly user: UserInfo;
  /** Lower-case: `get`, `list` … for resources; the HTTP method for paths. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Set for requests that are not about a resource. */
  readonly path?: string | undefined;
}

export interface Decision {
  readonly decision: 'allow' | 'deny' | 'noOpinion';
  /** Which rule, role or binding decided; shown to users. */
  readonly reason: string;
}

export interface Authorizer {
  authorize(attributes: AuthorizationAttributes): Decision;
  /** The rules that hold for the user in the namespace; for SelfSubjectRulesReview. */
  rulesFor(user: UserInfo, namespace: string): readonly RuleView[];
}

export interface RuleView {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly resourceNames?: readonly string[] | undefined;
  readonly nonResourceURLs?: readonly string[] | undefined;
}
