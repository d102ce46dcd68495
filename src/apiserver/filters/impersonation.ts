import type { IncomingHttpHeaders } from 'node:http';
import type { UserInfo } from '#apimachinery/request.ts';
import { badRequest, failure, forbidden } from '#apimachinery/status.ts';
import { AUTHENTICATED } from '../authentication/authenticate.ts';
import type { Authorizer } from '../authorization/authorizer.ts';

const EXTRA = 'impersonate-extra-';
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

interface Wish {
  readonly resource: string;
  readonly group: string;
  readonly name: string;
  readonly namespace?: string;
  readonly subresource?: string;
}

/**
 * The user that the caller wants to be, where it may; the caller itself where it asks for nothing.
 * Source: apiserver/pkg/endpoints/filters/impersonation. @throws {StatusError} 403, 400
 */
export function impersonated(caller: UserInfo, headers: IncomingHttpHeaders, authorizer: Authorizer): UserInfo {
  const name = one(headers['impersonate-user']);
  const groups = many(headers['impersonate-group']);
  const uid = one(headers['impersonate-uid']);
  const extra = extraOf(headers);
  if (!name) {
    if (groups.length > 0 || uid || Object.keys(extra).length > 0) {
      throw internalRefusal('requested [{UID  ' + (uid ?? '') + '}] without impersonating a user');
    }
    return caller;
  }
  for (const wish of wishesOf({ name, groups, uid, extra })) mustBeAllowed(caller, wish, authorizer);
  const all = groupsFor(name, groups);
  return { name, groups: all, ...(uid && { uid }), ...(Object.keys(extra).length > 0 && { extra }) };
}

/** A service account is in its groups without being told, and everybody is either somebody or nobody. */
function groupsFor(name: string, groups: readonly string[]): readonly string[] {
  const account = SERVICE_ACCOUNT.exec(name);
  const own = account ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : [];
  const given = groups.length === 0 ? own : groups;
  if (given.includes(AUTHENTICATED) || given.includes(UNAUTHENTICATED)) return given;
  return [...given, name === 'system:anonymous' ? UNAUTHENTICATED : AUTHENTICATED];
}

const UNAUTHENTICATED = 'system:unauthenticated';

interface Target {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid: string | undefined;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

function wishesOf({ name, groups, uid, extra }: Target): Wish[] {
  const account = SERVICE_ACCOUNT.exec(name);
  const user: Wish = account
    ? { resource: 'serviceaccounts', group: '', namespace: account[1] ?? '', name: account[2] ?? '' }
    : { resource: 'users', group: '', name };
  const authentication = 'authentication.k8s.io';
  return [
    user,
    ...groups.map((group) => ({ resource: 'groups', group: '', name: group })),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => ({ resource: 'userextras', group: authentication, subresource: key, name: value })),
    ),
    ...(uid ? [{ resource: 'uids', group: authentication, name: uid }] : []),
  ];
}

function mustBeAllowed(caller: UserInfo, wish: Wish, authorizer: Authorizer): void {
  const { resource, group, name, namespace = '', subresource = '' } = wish;
  const asked = { user: caller, verb: 'impersonate', version: 'v1', group, resource, subresource, namespace, name };
  const { decision, reason } = authorizer.authorize(asked);
  if (decision === 'allow') return;
  const noun = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  const why = `User ${JSON.stringify(caller.name)} cannot impersonate resource ${JSON.stringify(noun)} in API group ${JSON.stringify(group)} ${where}`;
  throw forbidden({ group, plural: resource }, name, reason ? `${why}: ${reason}` : why);
}

const internalRefusal = (message: string) =>
  failure({ code: 500, reason: 'InternalError', message: `Internal error occurred: ${message}` });

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

/** Node joins repeated headers by a comma and a space. */
function many(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : value.split(', ')).filter((text) => text !== '');
}

function extraOf(headers: IncomingHttpHeaders): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(EXTRA)) continue;
    try {
      extra[decodeURIComponent(name.slice(EXTRA.length))] = many(value);
    } catch (error) {
      throw badRequest(`invalid impersonation header ${name}: ${(error as Error).message}`);
    }
  }
  return extra;
}
