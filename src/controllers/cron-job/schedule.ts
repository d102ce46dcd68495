/** Cron schedules as upstream reads them. Source: github.com/robfig/cron/v3, ParseStandard and SpecSchedule.Next. */
import { parseDuration } from './duration.ts';
import type { TimeZone, WallTime } from './time-zone.ts';

export interface Schedule {
  /** The first moment after `afterMs`; undefined when there is none within five years. */
  next(afterMs: number): number | undefined;
}

/** A schedule that cannot be read; the message is the parser's. */
export class ScheduleError extends Error {
  override name = 'ScheduleError';
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: Readonly<Record<string, number>>;
}

const numbered = (words: readonly string[], from: number): Record<string, number> =>
  Object.fromEntries(words.map((word, index) => [word, index + from]));
const MONTHS = numbered(['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'], 1);
const DAYS = numbered(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'], 0);
const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'dom', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, words: MONTHS },
  { name: 'dow', min: 0, max: 6, words: DAYS },
];

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

interface Allowed {
  readonly values: ReadonlySet<number>;
  /** Whether the field was left open: then the other day field alone decides. */
  readonly isOpen: boolean;
}

/** @throws {ScheduleError} */
export function parseSchedule(text: string, zone: TimeZone): Schedule {
  if (text === '') throw new ScheduleError('empty spec string');
  if (text.startsWith('@every ')) return every(text);
  const spec = text.startsWith('@') ? DESCRIPTORS[text] : text;
  if (spec === undefined) throw new ScheduleError(`unrecognized descriptor: ${text}`);
  const parts = spec.split(/\s+/).filter(Boolean);
  if (parts.length !== FIELDS.length)
    throw new ScheduleError(`expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`);
  const [minutes, hours, days, months, weekdays] = FIELDS.map((field, at) => parseField(parts[at] ?? '', field));
  if (!minutes || !hours || !days || !months || !weekdays) throw new ScheduleError(`expected exactly 5 fields`);
  const isDay = (wall: WallTime): boolean => {
    const byDate = days.values.has(wall.day);
    const byWeekday = weekdays.values.has(new Date(Date.UTC(wall.year, wall.month - 1, wall.day)).getUTCDay());
    return days.isOpen || weekdays.isOpen ? byDate && byWeekday : byDate || byWeekday;
  };
  const fits = {
    month: ({ month }: WallTime) => months.values.has(month),
    day: isDay,
    hour: ({ hour }: WallTime) => hours.values.has(hour),
    minute: ({ minute }: WallTime) => minutes.values.has(minute),
  };
  return { next: (afterMs) => search(fits, zone, afterMs) };
}

function every(text: string): Schedule {
  const delayMs = parseDuration(text.slice('@every '.length));
  if (delayMs === undefined) throw new ScheduleError(`failed to parse duration ${text}`);
  const wholeMs = Math.max(1000, Math.floor(delayMs / 1000) * 1000);
  return { next: (afterMs) => Math.floor(afterMs / 1000) * 1000 + wholeMs };
}

function parseField(text: string, field: Field): Allowed {
  const values = new Set<number>();
  let isOpen = false;
  for (const part of text.split(',').filter(Boolean)) {
    const range = parseRange(part, field);
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
    isOpen ||= range.isOpen;
  }
  return { values, isOpen };
}

function parseRange(text: string, field: Field) {
  const [range = '', stepText, ...tooMany] = text.split('/');
  const [low = '', high, ...tooManyDashes] = range.split('-');
  if (tooManyDashes.length > 0) throw new ScheduleError(`too many hyphens: ${text}`);
  if (tooMany.length > 0) throw new ScheduleError(`too many slashes: ${text}`);
  const isStar = low === '*' || low === '?';
  const from = isStar ? field.min : valueOf(low, field);
  const step = stepText === undefined ? 1 : wholeNumber(stepText);
  const end = high === undefined ? from : valueOf(high, field);
  const to = isStar || (stepText !== undefined && high === undefined) ? field.max : end;
  if (from < field.min) throw new ScheduleError(`beginning of range (${from}) below minimum (${field.min}): ${text}`);
  if (to > field.max) throw new ScheduleError(`end of range (${to}) above maximum (${field.max}): ${text}`);
  if (from > to) throw new ScheduleError(`beginning of range (${from}) beyond end of range (${to}): ${text}`);
  if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${text}`);
  return { from, to, step, isOpen: isStar && step === 1 };
}

const valueOf = (text: string, { words }: Field): number => words?.[text.toLowerCase()] ?? wholeNumber(text);

function wholeNumber(text: string): number {
  if (/^-[0-9]+$/.test(text)) throw new ScheduleError(`negative number (${text}) not allowed: ${text}`);
  if (!/^\+?[0-9]+$/.test(text))
    throw new ScheduleError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return Number(text);
}

type Fits = Readonly<Record<'month' | 'day' | 'hour' | 'minute', (wall: WallTime) => boolean>>;

const YEARS = 5;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * From the next full minute on, the first moment whose wall clock fits. Months and days advance by the calendar, hours
 * and minutes by elapsed time: an hour that a zone skips is skipped, one that it repeats counts twice.
 */
function search(fits: Fits, zone: TimeZone, afterMs: number): number | undefined {
  let atMs = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const lastYear = zone.wallAt(atMs).year + YEARS;
  for (let wall = zone.wallAt(atMs); wall.year <= lastYear; wall = zone.wallAt(atMs)) {
    const { year, month, day } = wall;
    const midnight = { year, day: 1, hour: 0, minute: 0, second: 0 };
    if (!fits.month(wall)) atMs = zone.epochOf({ ...midnight, month: month + 1 });
    else if (!fits.day(wall)) atMs = startOfDay(zone, { ...midnight, month, day: day + 1 });
    else if (!fits.hour(wall)) atMs += HOUR_MS - (wall.minute * MINUTE_MS + wall.second * 1000);
    else if (!fits.minute(wall)) atMs += MINUTE_MS;
    else return atMs;
  }
  return undefined;
}

/** Where a zone has no midnight on that day, the hour around it, as robfig/cron settles it. */
function startOfDay(zone: TimeZone, wall: WallTime): number {
  const atMs = zone.epochOf(wall);
  const { hour } = zone.wallAt(atMs);
  if (hour === 0) return atMs;
  return hour > 12 ? atMs + (24 - hour) * HOUR_MS : atMs - hour * HOUR_MS;
}
