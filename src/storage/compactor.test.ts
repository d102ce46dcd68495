import { describe, expect, it } from 'vitest';
import { fakeClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import { startCompactor } from './compactor.ts';
import { memoryDriver } from './drivers/memory.ts';
import { Compacted } from './errors.ts';

const value = new Uint8Array(1);

describe('the compactor', () => {
  it('keeps history for at least the time given, and not for more than twice as long', async () => {
    const clock = fakeClock();
    const driver = memoryDriver();
    await using _ = startCompactor({ driver, clock, log: silentLogger, keepMs: 1_000 });
    await driver.put('/a', value, { expect: 0 });
    await driver.put('/a', value, { expect: 1 });
    await clock.advance(1_000);
    expect(await driver.get('/a', { revision: 1 })).toMatchObject({ revision: 1 });
    await driver.put('/a', value, { expect: 2 });
    await clock.advance(1_000);
    await expect(driver.get('/a', { revision: 1 })).rejects.toBeInstanceOf(Compacted);
    expect(await driver.get('/a', { revision: 2 })).toMatchObject({ revision: 2 });
  });
});
