/** What the package gives to programs: a cluster in the caller's process, and the resources to ask it for. */

import '#base/disposable-stack.ts';

export { resources } from '#api/index.ts';
export { isAlreadyExists, isConflict, isForbidden, isInvalid, isNotFound, StatusError } from '#apimachinery/status.ts';
export { type Clock, type FakeClock, fakeClock, systemClock } from '#base/clock.ts';
export { createLogger, type Logger } from '#base/log.ts';
export type { Client } from '#client/client.ts';
export { type Cluster, type StartClusterOptions, startCluster } from '#cluster/start-cluster.ts';
