/** Writes without end, 50 at a time, and prints each key once its write is acknowledged. Meant to be killed. */
import { sqliteDriver } from '../sqlite.ts';

const driver = await sqliteDriver({ file: process.argv[2] ?? '' });
const value = new Uint8Array(2_000);

async function writer(name: number): Promise<void> {
  for (let n = 0; n < 10_000; n++) {
    const key = `/writer/${name}/${n}`;
    await driver.put(key, value, { expect: 0 });
    process.stdout.write(`${key}\n`);
  }
}

await Promise.all(Array.from({ length: 50 }, (_, name) => writer(name)));
