/** `npm run docs`: writes docs/reference/cli.md from the commands themselves. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cliReference } from './cli-reference.ts';

writeFileSync(fileURLToPath(new URL('../docs/reference/cli.md', import.meta.url)), cliReference());
