import { deepFreeze, type KubeObject } from '#apimachinery/object.ts';
import type { WatchEvent } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { CacheEvent } from '#storage/watch-cache.ts';
import { fromStored } from './versions.ts';

/** The up to three ways in which one change is seen: as it was, entering a selection, leaving it. */
interface Faces {
  object: KubeObject;
  previous: KubeObject | undefined;
  changed?: WatchEvent;
  entered?: WatchEvent;
  left?: WatchEvent;
}

/** By resource, by change: so that every watcher of it gets the very same event. */
const known = new WeakMap<Resource, WeakMap<CacheEvent, Faces>>();

function facesOf(resource: Resource, event: CacheEvent): Faces {
  let faces = known.get(resource);
  if (!faces) known.set(resource, (faces = new WeakMap()));
  let found = faces.get(event);
  if (!found) {
    const previous = event.previous && fromStored(resource, event.previous);
    faces.set(event, (found = { object: fromStored(resource, event.object), previous }));
  }
  return found;
}

/** What a watcher with this selection sees of a change; undefined where it is none of its business. */
export function seen(
  resource: Resource,
  event: CacheEvent,
  matches: ((object: KubeObject) => boolean) | undefined,
): WatchEvent | undefined {
  const faces = facesOf(resource, event);
  if (!matches) return (faces.changed ??= { type: event.type, object: faces.object });
  const was = faces.previous !== undefined && matches(faces.previous);
  const is = event.type !== 'DELETED' && matches(faces.object);
  if (is && was) return (faces.changed ??= { type: event.type, object: faces.object });
  if (is) return (faces.entered ??= { type: 'ADDED', object: faces.object });
  return was ? (faces.left ??= leaving(event, faces)) : undefined;
}

/** The object as the watcher knew it, at the revision of the change. */
function leaving(event: CacheEvent, { object, previous }: Faces): WatchEvent {
  if (event.type === 'DELETED' || !previous) return { type: 'DELETED', object };
  const metadata = { ...previous.metadata, resourceVersion: object.metadata.resourceVersion };
  return { type: 'DELETED', object: deepFreeze({ ...previous, metadata }) };
}
