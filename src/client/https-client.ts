import { deepFreeze, type KubeObject, type ObjectKey } from '#apimachinery/object.ts';
import type { WatchEvent } from '#apimachinery/request.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import { failure, StatusError } from '#apimachinery/status.ts';
import type { ListMeta, Status } from '#gen/meta/v1.ts';
import type { Client, DeleteCallOptions, ListCallOptions } from './client.ts';
import { type HttpAnswer, type HttpSession, type HttpsOptions, httpSession } from './http2-session.ts';
import { refuseErrors, withKind } from './in-process-client.ts';
import { deleteOptionsOf, requestOptionsOf } from './request-options.ts';
import { type PathTarget, pathOf } from './resource-paths.ts';

interface Call extends PathTarget {
  readonly method: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A client over HTTPS: one HTTP/2 connection, JSON, and deep-frozen objects like those of the in-process client. */
export function createHttpsClient(options: HttpsOptions): Client & AsyncDisposable {
  const session = httpSession(options);
  const call = <R>(request: Call): Promise<R> => exchange<R>(session, request);
  return {
    get: (resource, key, given) =>
      call({ method: 'GET', ...at(resource, key), options: requestOptionsOf(given), signal: given?.signal }),
    async list<T extends KubeObject>(resource: Resource<T>, given: ListCallOptions = {}) {
      const { namespace, signal } = given;
      const list = await call<{ metadata: ListMeta; items: T[] | null }>({
        method: 'GET',
        resource: plain(resource),
        namespace,
        options: requestOptionsOf(given),
        signal,
      });
      const { resourceVersion = '', continue: more, remainingItemCount } = list.metadata;
      const items = (list.items ?? []).map((item) => deepFreeze(typed(resource, item)));
      return { items, resourceVersion, continue: more || undefined, remainingItemCount };
    },
    async *watch<T extends KubeObject>(resource: Resource<T>, given: ListCallOptions = {}) {
      const { namespace, signal } = given;
      const path = pathOf({ resource: plain(resource), namespace, options: requestOptionsOf(given), isWatch: true });
      const answer = await session.send({ method: 'GET', path, signal });
      if (answer.code >= 400) throw await refusal(answer);
      for await (const line of linesOf(answer)) yield refuseErrors(deepFreeze(JSON.parse(line) as WatchEvent<T>));
    },
    create: (resource, object, given) => {
      const body = withKind(resource, object);
      const { namespace } = body.metadata;
      return call({
        method: 'POST',
        resource: plain(resource),
        namespace,
        body,
        options: requestOptionsOf(given),
        signal: given?.signal,
      });
    },
    update: (resource, object, given) =>
      call({
        method: 'PUT',
        ...at(resource, keyIn(object)),
        subresource: given?.subresource ?? '',
        body: withKind(resource, object),
        options: requestOptionsOf(given),
        signal: given?.signal,
      }),
    updateStatus: (resource, object, given) =>
      call({
        method: 'PUT',
        ...at(resource, keyIn(object)),
        subresource: 'status',
        body: withKind(resource, object),
        options: requestOptionsOf(given),
        signal: given?.signal,
      }),
    patch: (resource, target, { patchType, patch }, given) =>
      call({
        method: 'PATCH',
        ...at(resource, target),
        subresource: target.subresource,
        body: patch,
        contentType: patchType,
        options: requestOptionsOf(given),
        signal: given?.signal,
      }),
    async delete<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, given: DeleteCallOptions = {}) {
      const answer = await call<KubeObject>({
        method: 'DELETE',
        ...at(resource, key),
        body: deleteOptionsOf(given),
        signal: given.signal,
      });
      return answer.kind === 'Status' ? undefined : (answer as T);
    },
    async deleteCollection(resource, given) {
      const { namespace, signal } = given;
      await call({
        method: 'DELETE',
        resource,
        namespace,
        body: deleteOptionsOf(given),
        options: requestOptionsOf(given),
        signal,
      });
    },
    createSubresource: (resource, target, body, given) =>
      call({
        method: 'POST',
        ...at(resource, target),
        subresource: target.subresource,
        body,
        options: requestOptionsOf(given),
        signal: given?.signal,
      }),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

const plain = <T extends KubeObject>(resource: Resource<T>): Resource => resource as unknown as Resource;

const at = <T extends KubeObject>(resource: Resource<T>, { namespace, name }: ObjectKey) => ({
  resource: plain(resource),
  namespace,
  name,
});

const keyIn = ({ metadata }: KubeObject): ObjectKey => ({ namespace: metadata.namespace ?? '', name: metadata.name });

/** Items of a list come without apiVersion and kind. */
const typed = <T extends KubeObject>(resource: Resource<T>, item: T): T =>
  item.kind ? item : { ...item, apiVersion: apiVersionOf(resource), kind: resource.kind };

async function exchange<R>(session: HttpSession, request: Call): Promise<R> {
  const { method, body, contentType, signal } = request;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const answer = await session.send({
    method,
    path: pathOf(request),
    body: text,
    signal,
    ...(contentType && { contentType }),
  });
  if (answer.code >= 400) throw await refusal(answer);
  return deepFreeze(JSON.parse(await textOf(answer)) as R);
}

async function textOf({ stream }: HttpAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The server's Status where it sent one; else one made of the HTTP code. */
async function refusal(answer: HttpAnswer): Promise<StatusError> {
  const text = await textOf(answer);
  try {
    const status = JSON.parse(text) as Status;
    if (status.kind === 'Status') return new StatusError(status);
  } catch {
    // Not JSON: a proxy or a half-started server answered; its words become the message below.
  }
  return failure({
    code: answer.code,
    reason: reasonOf(answer.code),
    message: text.trim() || `the server answered ${answer.code}`,
  });
}

const reasonOf = (code: number): string =>
  ({
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'NotFound',
    409: 'Conflict',
    429: 'TooManyRequests',
    503: 'ServiceUnavailable',
  })[code] ?? 'InternalError';

async function* linesOf({ stream }: HttpAnswer): AsyncIterable<string> {
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line) yield line;
    }
  } finally {
    stream.close();
  }
}
