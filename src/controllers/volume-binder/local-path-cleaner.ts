import { rm } from 'node:fs/promises';
import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { isConflict, isNotFound } from '#apimachinery/status.ts';
import type { Logger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import type { InformerSet } from '#client/informer.ts';
import type { PersistentVolume } from '#gen/core/v1.ts';
import { nodeOf } from './local-path.ts';
import { LOCAL_PATH_CLEANUP } from './words.ts';

export interface LocalPathCleanerOptions {
  /** Must be allowed to update volumes: `controllerUser('persistent-volume-binder')`. */
  readonly client: Client;
  readonly informers: InformerSet;
  readonly log: Logger;
  /** Whether that node keeps its directories on this machine. */
  readonly isHere: (nodeName: string) => boolean;
  /** Removes a directory; default from this process's own file system. */
  readonly remove?: (path: string) => Promise<void>;
}

/** Removes the directories of deleted local-path volumes of this machine's nodes, then lets the volumes go. */
export function startLocalPathCleaner(options: LocalPathCleanerOptions): Disposable {
  const { client, informers, log, isHere } = options;
  const remove = options.remove ?? ((path: string) => rm(path, { recursive: true, force: true }));
  const running = new Set<string>();

  const clean = async (volume: PersistentVolume): Promise<void> => {
    const { name } = volume.metadata;
    if (volume.spec.hostPath) await remove(volume.spec.hostPath.path);
    const finalizers = (volume.metadata.finalizers ?? []).filter((each) => each !== LOCAL_PATH_CLEANUP);
    await client.update(persistentVolumes, { ...volume, metadata: { ...volume.metadata, finalizers } });
    log.info('local volume removed', { volume: name });
  };

  const stop = informers.for(persistentVolumes).onChange((change) => {
    const { metadata } = change.object;
    const isDue =
      change.type === 'set' && metadata.deletionTimestamp && metadata.finalizers?.includes(LOCAL_PATH_CLEANUP);
    if (!isDue || running.has(metadata.uid) || !isHere(nodeOf(change.object) ?? '')) return;
    running.add(metadata.uid);
    clean(change.object)
      // A conflict means that the volume changed; that change comes here as well.
      .catch(
        (error: unknown) =>
          isNotFound(error) ||
          isConflict(error) ||
          log.error('local volume not removed', { volume: metadata.name, err: error }),
      )
      .finally(() => running.delete(metadata.uid));
  });
  return { [Symbol.dispose]: stop };
}
