import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The work-queue metrics, named as upstream names them, labelled with the controller's name. */
export interface QueueMetrics {
  readonly registry: Registry;
  added(name: string): void;
  depth(name: string, depth: number): void;
  worked(name: string, seconds: number): void;
  retried(name: string): void;
}

export function createQueueMetrics(registry = new Registry()): QueueMetrics {
  const registers = [registry];
  const labelNames = ['name'] as const;
  const adds = new Counter({
    name: 'workqueue_adds_total',
    help: 'Keys added to a work queue.',
    labelNames,
    registers,
  });
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys added again after a failure.',
    labelNames,
    registers,
  });
  const depth = new Gauge({ name: 'workqueue_depth', help: 'Keys waiting in a work queue.', labelNames, registers });
  const work = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'How long one key was worked on.',
    labelNames,
    registers,
    buckets: [1e-4, 1e-3, 1e-2, 0.1, 1, 10],
  });
  return {
    registry,
    added: (name) => adds.inc({ name }),
    depth: (name, waiting) => depth.set({ name }, waiting),
    worked: (name, seconds) => work.observe({ name }, seconds),
    retried: (name) => retries.inc({ name }),
  };
}
