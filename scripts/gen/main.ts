/** `npm run gen`: writes src/gen from facts/. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateDescriptions } from './descriptions.ts';
import { readFacts } from './facts.ts';
import { generateSchema } from './schema.ts';
import { generateTypes } from './types.ts';

const out = fileURLToPath(new URL('../../src/gen/', import.meta.url));
const facts = readFacts();

for (const [name, text] of generateTypes(facts)) {
  const path = join(out, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

writeFileSync(join(out, 'schema.json'), generateSchema(facts));
const cri: unknown = JSON.parse(readFileSync(new URL('../../facts/cri-v1.json', import.meta.url), 'utf8'));
writeFileSync(join(out, 'cri.json'), `${JSON.stringify(cri)}\n`);
writeFileSync(join(out, 'descriptions.json'), generateDescriptions(facts));
