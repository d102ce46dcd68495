import { keyOf } from '#apimachinery/object.ts';
import type { Informer } from '#client/informer.ts';
import type { Service } from '#gen/core/v1.ts';
import type { EndpointSlice } from '#gen/discovery/v1.ts';
import type { NodeTopology } from './plan-endpoints.ts';
import { planService } from './plan-service.ts';
import type { Frontend, ProxyState } from './state.ts';

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
const HEADLESS_LABEL = 'service.kubernetes.io/headless';
const PROXY_NAME_LABEL = 'service.kubernetes.io/service-proxy-name';
const BY_SERVICE = 'proxy.service';

/** Keeps the plan current: only Services that changed, or whose endpoints did, are planned again. */
export interface ChangeTracker extends Disposable {
  /** The wanted state as of now. */
  state(): ProxyState;
}

export interface TrackerOptions {
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly topology: () => NodeTopology;
  /** Called after each change; must not block. */
  readonly onChange: () => void;
}

export function trackChanges({ services, slices, topology, onChange }: TrackerOptions): ChangeTracker {
  const dirty = new Set<string>();
  const planned = new Map<string, readonly Frontend[]>();
  let frontends = new Map<string, Frontend>();
  slices.addIndex(BY_SERVICE, (slice) => {
    const key = serviceKeyOf(slice);
    return key === undefined ? [] : [key];
  });
  const mark = (key: string | undefined) => {
    if (key === undefined) return;
    dirty.add(key);
    onChange();
  };
  const stops = [
    services.onChange(({ object }) => mark(keyOf(object))),
    slices.onChange((change) => {
      mark(serviceKeyOf(change.object));
      if (change.type === 'set' && change.previous) mark(serviceKeyOf(change.previous));
    }),
  ];
  const plan = (key: string): readonly Frontend[] => {
    const service = services.get(key);
    return service ? planService(service, slices.byIndex(BY_SERVICE, key), topology()) : [];
  };
  return {
    state() {
      if (dirty.size > 0) {
        frontends = new Map(frontends);
        for (const key of dirty) replace({ frontends, planned }, key, plan(key));
        dirty.clear();
      }
      return { frontends };
    },
    [Symbol.dispose]() {
      for (const stop of stops) stop();
    },
  };
}

interface Plans {
  readonly frontends: Map<string, Frontend>;
  readonly planned: Map<string, readonly Frontend[]>;
}

/** Frontends that come out the same stay the same object, which is how backends see that nothing changed. */
function replace({ frontends, planned }: Plans, key: string, next: readonly Frontend[]): void {
  const before = new Map((planned.get(key) ?? []).map((frontend) => [frontend.id, frontend]));
  const kept = next.map((frontend) => {
    const old = before.get(frontend.id);
    return old && JSON.stringify(old) === JSON.stringify(frontend) ? old : frontend;
  });
  // Another Service may have taken the address over by now: only what is still this one's goes.
  for (const old of before.values()) if (frontends.get(old.id) === old) frontends.delete(old.id);
  for (const frontend of kept) frontends.set(frontend.id, frontend);
  if (kept.length > 0) planned.set(key, kept);
  else planned.delete(key);
}

function serviceKeyOf({ metadata }: EndpointSlice): string | undefined {
  const { labels = {}, namespace } = metadata;
  const name = labels[SERVICE_NAME_LABEL];
  if (!name || HEADLESS_LABEL in labels || PROXY_NAME_LABEL in labels) return undefined;
  return `${namespace}/${name}`;
}
