import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';
import { zonedTimestamp } from './jobs.ts';
import { parseSchedule } from './schedule.ts';
import { timeZone } from './time-zone.ts';

const utc = timeZone('UTC');
const next = (spec: string, after: string, zone = 'UTC') => {
  const found = parseSchedule(spec, timeZone(zone)).next(Date.parse(after));
  return found === undefined ? undefined : new Date(found).toISOString().replace('.000Z', 'Z');
};

describe('the next run', () => {
  it.each<[string, string, string | undefined, string?]>([
    ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'],
    ['* * * * *', '2026-01-01T00:00:30Z', '2026-01-01T00:01:00Z'],
    ['*/15 * * * *', '2012-07-09T14:45:00Z', '2012-07-09T15:00:00Z'],
    ['20-35/15 * * * *', '2012-07-09T14:45:00Z', '2012-07-09T15:20:00Z'],
    ['5/20 * * * *', '2026-01-01T00:06:00Z', '2026-01-01T00:25:00Z'],
    ['*/15 * * * *', '2012-12-31T23:59:45Z', '2013-01-01T00:00:00Z'],
    ['0 0 29 feb ?', '2012-07-09T23:35:00Z', '2016-02-29T00:00:00Z'],
    ['0 0 * feb mon', '2012-07-09T23:35:00Z', '2013-02-04T00:00:00Z'],
    ['0 0 * feb mon/2', '2012-07-09T23:35:00Z', '2013-02-01T00:00:00Z'],
    ['0 0 1 * sun', '2026-01-02T00:00:00Z', '2026-01-04T00:00:00Z'],
    ['0 0 13 * 5', '2026-02-14T00:00:00Z', '2026-02-20T00:00:00Z'],
    ['0 0 30 feb ?', '2026-01-01T00:00:00Z', undefined],
    ['@hourly', '2026-01-01T00:30:00Z', '2026-01-01T01:00:00Z'],
    ['@daily', '2026-01-01T00:30:00Z', '2026-01-02T00:00:00Z'],
    ['@midnight', '2026-01-01T00:30:00Z', '2026-01-02T00:00:00Z'],
    ['@weekly', '2026-01-01T00:30:00Z', '2026-01-04T00:00:00Z'],
    ['@monthly', '2026-01-01T00:30:00Z', '2026-02-01T00:00:00Z'],
    ['@yearly', '2026-01-01T00:30:00Z', '2027-01-01T00:00:00Z'],
    ['@every 1h30m', '2026-01-01T00:00:00.500Z', '2026-01-01T01:30:00Z'],
    ['@every 10ms', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'],
    ['0 9 * * mon-fri', '2026-01-02T09:00:00Z', '2026-01-05T09:00:00Z'],
    ['0 9 * * *', '2026-07-01T00:00:00Z', '2026-07-01T07:00:00Z', 'Europe/Berlin'],
    ['0 9 * * *', '2026-01-01T00:00:00Z', '2026-01-01T08:00:00Z', 'Europe/Berlin'],
    ['30 5 * * *', '2026-01-01T00:01:00Z', '2026-01-02T00:00:00Z', 'Asia/Kolkata'],
    // Spring forward: 02:30 does not exist on 2012-03-11 in New York, so that day is left out.
    ['30 2 11 mar ?', '2012-03-11T05:00:00Z', '2013-03-11T06:30:00Z', 'America/New_York'],
    ['0 2 * * *', '2012-03-11T05:00:00Z', '2012-03-12T06:00:00Z', 'America/New_York'],
    ['0 3 * * *', '2012-03-11T05:00:00Z', '2012-03-11T07:00:00Z', 'America/New_York'],
    ['0 * * * *', '2012-03-11T06:00:00Z', '2012-03-11T07:00:00Z', 'America/New_York'],
    // Fall back: 01:00 comes twice.
    ['0 1 * * *', '2012-11-04T04:00:00Z', '2012-11-04T05:00:00Z', 'America/New_York'],
    ['0 1 * * *', '2012-11-04T05:00:00Z', '2012-11-04T06:00:00Z', 'America/New_York'],
    // São Paulo skipped midnight on 2018-11-04.
    ['0 0 * * *', '2018-11-03T12:00:00Z', '2018-11-05T02:00:00Z', 'America/Sao_Paulo'],
  ])('of %s after %s is %s', (spec, after, expected, zone) => {
    expect(next(spec, after, zone)).toBe(expected);
  });

  it.each<[string, string]>([
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['*/2/3 * * * *', 'too many slashes: */2/3'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['@never', 'unrecognized descriptor: @never'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
  ])('is refused for %j: %s', (spec, message) => {
    expect(() => parseSchedule(spec, utc)).toThrow(message);
  });
});

it.each<[string, number | undefined]>([
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['250ms', 250],
  ['-2m', -120_000],
  ['0', 0],
  ['.5m', 30_000],
  ['5', undefined],
  ['', undefined],
  ['1h x', undefined],
])('the duration %j is %s ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

it.each<[string, string]>([
  ['UTC', '2026-01-01T00:00:00Z'],
  ['Asia/Kolkata', '2026-01-01T05:30:00+05:30'],
  ['America/New_York', '2025-12-31T19:00:00-05:00'],
])('a moment in %s is written %s', (zone, expected) => {
  expect(zonedTimestamp(Date.UTC(2026, 0, 1), timeZone(zone))).toBe(expected);
});

it('knows no zone that is none', () => {
  expect(() => timeZone('Mars/Olympus')).toThrow(RangeError);
});
