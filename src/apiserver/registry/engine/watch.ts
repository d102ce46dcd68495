import { type FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { RequestOptions, WatchEvent, WatchResponse } from '#apimachinery/request.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import { expired, internalError, invalid, type StatusError } from '#apimachinery/status.ts';
import { Compacted } from '#storage/errors.ts';
import type { CacheEvent } from '#storage/watch-cache.ts';
import { storagePrefix } from '../../storage-keys.ts';
import type { Call } from './core.ts';
import { awaitRevision, parseRevision } from './read-revision.ts';
import { type Selection, selectionOf } from './selection.ts';
import { fromStored } from './versions.ts';
import { seen } from './watch-events.ts';

const BOOKMARK_MS = 60_000;
/** A watch without a timeout of its own ends after one to two of these. Source: --min-request-timeout. */
const MIN_WATCH_MS = 1_800_000;

export async function watch(call: Call): Promise<WatchResponse> {
  const { request, resource } = call;
  refuseBadOptions(request.options);
  const selection = selectionOf(resource, request.options);
  const from = parseRevision(request.options.resourceVersion);
  if (from === undefined) await awaitRevision(call);
  return { kind: 'watch', resource, events: eventsOf(call, selection, from ?? 0) };
}

/** Where a watch begins: with what there is, or after a revision. */
interface Start {
  readonly initial: readonly KubeObject[];
  readonly after: number;
  readonly endsInitial: boolean;
}

function startOf({ core, request, resource }: Call, selection: Selection, from: number): Start {
  const { sendInitialEvents, allowWatchBookmarks } = request.options;
  const revision = core.cache.revision;
  const wantsInitial = sendInitialEvents ?? from === 0;
  if (!wantsInitial) return { initial: [], after: from === 0 ? revision : from, endsInitial: false };
  const stored = core.cache.list(storagePrefix(resource, request.namespace || selection.namespace));
  const images = stored.map(({ object }) => fromStored(resource, object));
  const initial = selection.matchesAll ? images : images.filter(selection.matches);
  return { initial, after: revision, endsInitial: sendInitialEvents === true && allowWatchBookmarks === true };
}

/** The watch joins at once, not at the first step of the iteration: nothing that happens between is lost. */
function eventsOf(call: Call, selection: Selection, from: number): AsyncIterable<WatchEvent> {
  const { core, request, resource } = call;
  const stop = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal;
  const cancelTimeout = core.clock.after(timeoutMs(request.options), () => stop.abort());
  const start = startOf(call, selection, from);
  const prefix = storagePrefix(resource, request.namespace || selection.namespace);
  const { where } = selection;
  const turns = new Turns(call, core.cache.watch(prefix, { after: start.after, signal, where }), start.after);
  const leave = () => {
    cancelTimeout();
    stop.abort();
    turns.close();
  };
  const matches = selection.matchesAll ? undefined : selection.matches;
  const events = steps({ resource, start, turns, matches, signal, from, leave });
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => events.next(),
      // A generator that never began would not run its own finally.
      return: (value?: unknown) => {
        leave();
        return events.return(value);
      },
    }),
  };
}

interface Steps {
  resource: Resource;
  start: Start;
  turns: Turns;
  matches: Selection['matches'] | undefined;
  signal: AbortSignal;
  from: number;
  leave: () => void;
}

async function* steps(watching: Steps): AsyncGenerator<WatchEvent> {
  const { resource, start, turns, matches, signal, from, leave } = watching;
  try {
    for (const object of start.initial) yield { type: 'ADDED', object };
    if (start.endsInitial) yield bookmark(resource, start.after, { 'k8s.io/initial-events-end': 'true' });
    for (;;) {
      const turn = await turns.next();
      if (turn === 'over') return;
      if (typeof turn === 'number') yield bookmark(resource, turn);
      else yield* faces(turn, resource, matches);
    }
  } catch (error) {
    if (signal.aborted) return;
    yield { type: 'ERROR', object: watchFailure(error, from).status as unknown as KubeObject };
  } finally {
    leave();
  }
}

function* faces(
  events: readonly CacheEvent[],
  resource: Resource,
  matches: Selection['matches'] | undefined,
): Generator<WatchEvent> {
  for (const event of events) {
    const face = seen(resource, event, matches);
    if (face) yield face;
  }
}

/** What comes next: changes, the revision of a bookmark that is due, or the end. */
class Turns {
  readonly #changes: AsyncIterator<readonly CacheEvent[]>;
  readonly #cancelTimer: () => void;
  readonly #core: Call['core'];
  /** The revision at which the watch joined; all up to it is history that may still be on its way. */
  readonly #joined: number;
  #isCaughtUp: boolean;
  #result: IteratorResult<readonly CacheEvent[]> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isBookmarkDue = false;
  #cancelNext: () => void = () => {};
  #wake: () => void = () => {};

  constructor({ core, request }: Call, changes: AsyncIterable<readonly CacheEvent[]>, after: number) {
    this.#changes = changes[Symbol.asyncIterator]();
    this.#core = core;
    this.#joined = core.cache.revision;
    this.#isCaughtUp = after >= this.#joined;
    this.#pull();
    if (request.options.allowWatchBookmarks) this.#arm();
    this.#cancelTimer = () => this.#cancelNext();
  }

  async next(): Promise<readonly CacheEvent[] | number | 'over'> {
    for (;;) {
      if (this.#failure) throw this.#failure.error;
      const result = this.#result;
      if (result) return this.#take(result);
      if (this.#isBookmarkDue) {
        this.#isBookmarkDue = false;
        if (this.#isCaughtUp) return this.#core.cache.revision;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#cancelTimer();
    void this.#changes.return?.();
  }

  #take(result: IteratorResult<readonly CacheEvent[]>): readonly CacheEvent[] | 'over' {
    this.#result = undefined;
    if (result.done) return 'over';
    if ((result.value.at(-1)?.revision ?? Number.MAX_SAFE_INTEGER) > this.#joined) this.#isCaughtUp = true;
    this.#pull();
    return result.value;
  }

  #pull(): void {
    this.#changes.next().then(
      (result) => {
        this.#result = result;
        this.#wake();
      },
      (error: unknown) => {
        this.#failure = { error };
        this.#wake();
      },
    );
  }

  #arm(): void {
    this.#cancelNext = this.#core.clock.after(BOOKMARK_MS, () => {
      this.#isBookmarkDue = true;
      this.#wake();
      this.#arm();
    });
  }
}

function timeoutMs({ timeoutSeconds }: RequestOptions): number {
  return timeoutSeconds && timeoutSeconds > 0 ? timeoutSeconds * 1000 : MIN_WATCH_MS * (1 + Math.random());
}

function bookmark(resource: Resource, revision: number, annotations?: Record<string, string>): WatchEvent {
  const metadata = { resourceVersion: String(revision), ...(annotations && { annotations }) };
  const object = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
  return { type: 'BOOKMARK', object: object as unknown as KubeObject };
}

function watchFailure(error: unknown, from: number): StatusError {
  if (error instanceof Compacted) return expired(`too old resource version: ${from} (${error.oldest - 1})`);
  return internalError(error);
}

const MATCH = new FieldPath('resourceVersionMatch');

/** Source: metav1 internalversion validateWatchOptions. */
function refuseBadOptions({ resourceVersionMatch: match, sendInitialEvents, continue: token }: RequestOptions): void {
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(MATCH.forbidden('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match) {
    if (sendInitialEvents === undefined) {
      errors.push(MATCH.forbidden('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    }
    if (match !== 'NotOlderThan') errors.push(MATCH.notSupported(match, ['NotOlderThan']));
    if (token) errors.push(MATCH.forbidden('resourceVersionMatch is forbidden when continue is provided'));
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
}
