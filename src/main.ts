#!/usr/bin/env node
/** The one executable: reads what was typed and runs it. */
import '#base/disposable-stack.ts';
import { enableCompileCache } from 'node:module';

enableCompileCache();
const [{ commands }, { createOut }, { run }] = await Promise.all([
  import('#cli/commands/index.ts'),
  import('#cli/out.ts'),
  import('#cli/run.ts'),
]);

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
const { env, stdout, stderr } = process;
const code = await run({
  commands,
  words: process.argv.slice(2),
  out: createOut({ stdout, stderr, env }),
  env,
  signal: stop.signal,
});
// A worker or socket that a failed start left open must not keep the process.
process.exit(code);
