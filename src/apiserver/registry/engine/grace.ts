import type { KubeObject } from '#apimachinery/object.ts';
import type { Call } from './core.ts';

/** What a deletion makes of an object's grace. */
export interface Grace {
  /** A deletion is under way already, and this one does not hurry it. */
  readonly isPending: boolean;
  /** Timestamp and seconds are to be written anew. */
  readonly isChanged: boolean;
  /** 0: nothing more to wait for. */
  readonly seconds: number;
  readonly deadlineMs: number;
}

const now = (call: Call): Grace => ({ isPending: false, isChanged: false, seconds: 0, deadlineMs: call.nowMs });

/** Source: rest.BeforeDelete. */
export function graceOf(call: Call, existing: KubeObject, asked: number | undefined): Grace {
  const { strategy } = call;
  if (!strategy.gracePeriodSeconds) return now(call);
  const wanted = asked !== undefined && asked < 0 ? 1 : asked;
  if (existing.metadata.deletionTimestamp) return shortened(call, existing, wanted);
  const seconds = strategy.gracePeriodSeconds(existing, wanted) ?? 0;
  if (seconds === 0) return now(call);
  return { isPending: false, isChanged: true, seconds, deadlineMs: call.nowMs + seconds * 1000 };
}

/** Grace that runs may become shorter, never longer. */
function shortened(call: Call, { metadata }: KubeObject, wanted: number | undefined): Grace {
  const current = metadata.deletionGracePeriodSeconds ?? 0;
  if (current === 0) return now(call);
  if (wanted === undefined || wanted >= current) return { ...now(call), isPending: true, seconds: current };
  const moved = Date.parse(metadata.deletionTimestamp ?? '') + (wanted - current) * 1000;
  const seconds = moved < call.nowMs && wanted !== 0 ? 1 : wanted;
  return { isPending: false, isChanged: true, seconds, deadlineMs: Math.max(moved, call.nowMs) };
}
