import type { Clock } from '#base/clock.ts';
import type { EventRecorder } from '#client/event-recorder.ts';
import type { Pod } from '#gen/core/v1.ts';
import type { References } from '../config/env.ts';
import { ImagePullFailed } from '../errors.ts';
import { fieldPathOf, type NamedContainer, uidOf } from '../pod/containers.ts';
import { goDuration } from '../pod/time.ts';
import type { Image, ImageService } from '../runtimes/runtime.ts';
import { createBackoff } from '../sync/backoff.ts';
import { StartFailed } from '../sync/start-failed.ts';
import { pullCredentials } from './credentials.ts';
import { withDefaultTag } from './image-name.ts';

export interface ImagePuller {
  /** The image to run. @throws {StartFailed} with the reason to show. */
  ensure(pod: Pod, named: NamedContainer): Promise<Image>;
  forget(podUid: string): void;
}

export interface PullerDeps {
  readonly images: ImageService;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly references: References;
}

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

/** Pull policies, back-off and events of image pulls. Source: upstream pkg/kubelet/images/image_manager.go. */
export function createImagePuller({ images, clock, events, references }: PullerDeps): ImagePuller {
  const backoff = createBackoff({ now: () => clock.now(), initialMs: 10_000, maxMs: 300_000 });
  const failures = new Map<string, string>();

  const pull = async (pod: Pod, image: string, reference: string): Promise<void> => {
    const credentials = await pullCredentials(pod, image, references);
    let last: unknown;
    for (const auth of credentials.length > 0 ? credentials : [undefined]) {
      try {
        await images.pull(reference, auth);
        return;
      } catch (error) {
        last = error;
      }
    }
    throw last;
  };

  const pullNow = async (pod: Pod, named: NamedContainer, tell: Tell): Promise<Image> => {
    const image = named.container.image ?? '';
    const reference = withDefaultTag(image);
    const key = `${uidOf(pod)}_${image}`;
    const waitMs = backoff.waitMs(key, lastFailure.get(key) ?? clock.now());
    if (lastFailure.has(key) && waitMs > 0) {
      tell('Normal', 'BackOff', `Back-off pulling image "${image}"`);
      const cause = failures.get(key);
      throw new StartFailed(
        'ImagePullBackOff',
        `Back-off pulling image "${image}"${cause ? `: ${cause}` : ''}`,
        waitMs,
      );
    }
    tell('Normal', 'Pulling', `Pulling image "${image}"`);
    const startedMs = clock.now();
    try {
      await pull(pod, image, reference);
    } catch (error) {
      const reason = error instanceof ImagePullFailed ? error.reason : 'ErrImagePull';
      const message = error instanceof Error ? error.message : String(error);
      tell('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
      backoff.next(key, clock.now());
      lastFailure.set(key, clock.now());
      failures.set(key, `${reason}: ${message}`);
      throw new StartFailed(reason, message, backoff.delayMs(key) > 0 ? 1000 : undefined);
    }
    backoff.forget(key);
    lastFailure.delete(key);
    const pulled = await images.status(reference);
    if (!pulled) throw new StartFailed('ErrImagePull', `image "${image}" is gone after it was pulled`);
    const took = goDuration(clock.now() - startedMs);
    tell(
      'Normal',
      'Pulled',
      `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${pulled.sizeBytes} bytes.`,
    );
    return pulled;
  };
  const lastFailure = new Map<string, number>();

  return {
    async ensure(pod, named) {
      const tell: Tell = (type, reason, message) =>
        events.event(pod, { type, reason, message, fieldPath: fieldPathOf(named) });
      const image = named.container.image ?? '';
      const reference = parsed(image, tell);
      const policy = named.container.imagePullPolicy ?? (reference.endsWith(':latest') ? 'Always' : 'IfNotPresent');
      const present = policy === 'Always' ? undefined : await images.status(reference);
      if (present) {
        tell(
          'Normal',
          'Pulled',
          `Container image "${image}" already present on machine and can be accessed by the pod`,
        );
        return present;
      }
      if (policy !== 'Never') return pullNow(pod, named, tell);
      const message = `Container image "${image}" is not present with pull policy of Never`;
      tell('Warning', 'ErrImageNeverPull', message);
      throw new StartFailed('ErrImageNeverPull', message);
    },
    forget(podUid) {
      backoff.forget(podUid);
      for (const map of [failures, lastFailure])
        for (const key of map.keys()) if (key.startsWith(podUid)) map.delete(key);
    },
  };
}

function parsed(image: string, tell: Tell): string {
  try {
    return withDefaultTag(image);
  } catch (error) {
    const message = `Failed to apply default image tag "${image}": ${(error as Error).message}`;
    tell('Warning', 'InspectFailed', message);
    throw new StartFailed('InvalidImageName', message);
  }
}
