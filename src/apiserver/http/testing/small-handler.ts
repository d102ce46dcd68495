import { EventEmitter, on } from 'node:events';
import { deepFreeze, type KubeObject } from '#apimachinery/object.ts';
import type { ApiHandler, WatchEvent } from '#apimachinery/request.ts';
import { alreadyExists, notFound } from '#apimachinery/status.ts';

/** Objects of every resource in memory, behind the seam: just enough of an API for tests of the HTTP layer. */
export function smallHandler(): ApiHandler & { readonly objects: Map<string, KubeObject> } {
  const objects = new Map<string, KubeObject>();
  const news = new EventEmitter().setMaxListeners(0);
  let revision = 0;
  const handler: ApiHandler = async (request) => {
    const { resource, namespace, name, signal } = request;
    const prefix = `${resource.plural}/${namespace ? `${namespace}/` : ''}`;
    const key = `${prefix}${name}`;
    switch (request.verb) {
      case 'create': {
        const sent = request.body as KubeObject;
        const at = `${prefix}${sent.metadata.name}`;
        if (objects.has(at)) throw alreadyExists(resource, sent.metadata.name);
        revision += 1;
        const metadata = {
          ...sent.metadata,
          ...(namespace && { namespace }),
          uid: `uid-${revision}`,
          resourceVersion: String(revision),
          creationTimestamp: '2026-01-01T00:00:00Z',
        };
        const object = deepFreeze({ ...sent, metadata });
        objects.set(at, object);
        news.emit('change', { type: 'ADDED', object } satisfies WatchEvent);
        return { kind: 'object', code: 201, object };
      }
      case 'get': {
        const object = objects.get(key);
        if (!object) throw notFound(resource, name);
        return { kind: 'object', code: 200, object };
      }
      case 'list': {
        const items = [...objects].filter(([at]) => at.startsWith(prefix)).map(([, object]) => object);
        return { kind: 'list', resource, items, resourceVersion: String(revision) };
      }
      case 'watch':
        return { kind: 'watch', resource, events: changes(news, signal) };
      default:
        throw new Error(`${request.verb} is not part of this handler`);
    }
  };
  return Object.assign(handler, { objects });
}

async function* changes(news: EventEmitter, signal: AbortSignal | undefined): AsyncGenerator<WatchEvent> {
  try {
    for await (const [event] of on(news, 'change', { ...(signal && { signal }) })) yield event as WatchEvent;
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
