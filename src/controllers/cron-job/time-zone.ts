/** Wall clocks of time zones, over Intl. */
export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export interface TimeZone {
  readonly name: string;
  wallAt(epochMs: number): WallTime;
  /** The moment that a wall clock shows `wall`; fields may overflow, as in Go's time.Date. */
  epochOf(wall: WallTime): number;
}

/** @throws {RangeError} for a name that the IANA database does not have. */
export function timeZone(name: string): TimeZone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const wallAt = (epochMs: number): WallTime => {
    const parts = Object.fromEntries(format.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    return { year, month, day, hour, minute, second };
  };
  const asUtc = ({ year, month, day, hour, minute, second }: WallTime) =>
    Date.UTC(year, month - 1, day, hour, minute, second);
  const offsetAt = (epochMs: number) => asUtc(wallAt(epochMs)) - Math.floor(epochMs / 1000) * 1000;
  return {
    name,
    wallAt,
    epochOf(wall) {
      const unzoned = asUtc(wall);
      const guess = unzoned - offsetAt(unzoned);
      return unzoned - offsetAt(guess);
    },
  };
}

/** The zone of this process, as upstream's controller manager uses its own. */
export const localTimeZone = (): TimeZone => timeZone(Intl.DateTimeFormat().resolvedOptions().timeZone);
