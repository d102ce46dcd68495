import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestInfo } from './request-info.ts';

export interface RequestMetrics {
  readonly registry: Registry;
  /** Counts a request in; the result counts it out with its status code. */
  started(info: RequestInfo): (code: number) => void;
}

/** Upstream's bucket bounds, seconds. */
const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

/** What upstream's API server says of its requests, under upstream's names. */
export function requestMetrics(registry = new Registry()): RequestMetrics {
  const registers = [registry];
  const place = ['verb', 'group', 'version', 'resource', 'subresource', 'scope'] as const;
  const total = new Counter({
    name: 'apiserver_request_total',
    help: 'Requests by verb, resource and status code.',
    labelNames: [...place, 'dry_run', 'component', 'code'],
    registers,
  });
  const duration = new Histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer, seconds; watches are not counted.',
    labelNames: [...place, 'dry_run', 'component'],
    buckets: BUCKETS,
    registers,
  });
  const inflight = new Gauge({
    name: 'apiserver_current_inflight_requests',
    help: 'Requests that are being answered now, by kind.',
    labelNames: ['request_kind'],
    registers,
  });
  const watches = new Gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Watches and streams that are open now.',
    labelNames: [...place, 'component'],
    registers,
  });
  return {
    registry,
    started(info) {
      const labels = { ...labelsOf(info), component: 'apiserver' };
      const isLong = info.verb === 'watch' || LONG.has(info.subresource);
      const kind = { request_kind: READS.has(info.verb) ? 'readOnly' : 'mutating' };
      const startedAt = performance.now();
      if (isLong) watches.inc(labels);
      else inflight.inc(kind);
      return (code) => {
        total.inc({ ...labels, dry_run: '', code: String(code) });
        if (isLong) return watches.dec(labels);
        inflight.dec(kind);
        duration.observe({ ...labels, dry_run: '' }, (performance.now() - startedAt) / 1000);
      };
    },
  };
}

const LONG = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);
const READS = new Set(['get', 'list', 'watch', 'head', 'options']);

function labelsOf(info: RequestInfo) {
  const { group, version, resource, subresource } = info;
  const scope = info.name ? 'resource' : info.namespace ? 'namespace' : info.isResourceRequest ? 'cluster' : '';
  return { verb: info.verb.toUpperCase(), group, version, resource, subresource, scope };
}
