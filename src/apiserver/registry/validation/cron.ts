/** A schedule that cannot be; the message is that of robfig/cron/v3, which upstream passes on. */
class CronError extends Error {
  override name = 'CronError';
}

interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const DURATION = /^([+-]?)(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/;

function whole(text: string): number {
  if (/^[+-]?\d+$/.test(text)) {
    const value = Number(text);
    if (value < 0) throw new CronError(`negative number (${value}) not allowed: ${text}`);
    return value;
  }
  throw new CronError(
    `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

function valueOf(text: string, { min, names }: Field): number {
  const index = names?.indexOf(text.toLowerCase()) ?? -1;
  return index < 0 ? whole(text) : index + min;
}

interface Bounds {
  start: number;
  end: number;
}

function bounds(text: string, field: Field, hasStep: boolean): Bounds {
  const parts = text.split('-');
  if (parts[0] === '*' || parts[0] === '?') return { start: field.min, end: field.max };
  const start = valueOf(parts[0] ?? '', field);
  if (parts.length > 2) throw new CronError(`too many hyphens: ${text}`);
  if (parts.length === 2) return { start, end: valueOf(parts[1] ?? '', field) };
  return { start, end: hasStep ? field.max : start };
}

function checkRange(expression: string, field: Field): void {
  const [range = '', step, ...rest] = expression.split('/');
  const { start, end } = bounds(range, field, step !== undefined);
  if (rest.length > 0) throw new CronError(`too many slashes: ${expression}`);
  const every = step === undefined ? 1 : whole(step);
  const { min, max } = field;
  if (start < min) throw new CronError(`beginning of range (${start}) below minimum (${min}): ${expression}`);
  if (end > max) throw new CronError(`end of range (${end}) above maximum (${max}): ${expression}`);
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${expression}`);
  if (every === 0) throw new CronError(`step of range should be a positive number: ${expression}`);
}

function checkDescriptor(text: string): void {
  if (DESCRIPTORS.includes(text)) return;
  if (!text.startsWith('@every ')) throw new CronError(`unrecognized descriptor: ${text}`);
  const duration = text.slice('@every '.length);
  if (!DURATION.test(duration)) {
    throw new CronError(`failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`);
  }
}

function checkSchedule(schedule: string): void {
  if (schedule === '') throw new CronError('empty spec string');
  const text = schedule.replace(/^(CRON_)?TZ=\S+\s*/, '');
  if (text.startsWith('@')) return checkDescriptor(text);
  const words = text.split(/\s+/).filter(Boolean);
  if (words.length !== FIELDS.length) {
    throw new CronError(`expected exactly ${FIELDS.length} fields, found ${words.length}: [${words.join(' ')}]`);
  }
  for (const [index, field] of FIELDS.entries()) {
    for (const range of (words[index] ?? '').split(',').filter(Boolean)) checkRange(range, field);
  }
}

/** What is wrong with a schedule of five fields or a descriptor such as `@daily`; undefined where nothing is. */
export function whyNoSchedule(schedule: string): string | undefined {
  try {
    checkSchedule(schedule);
    return undefined;
  } catch (error) {
    if (error instanceof CronError) return error.message;
    throw error;
  }
}
