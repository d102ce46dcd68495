import { globSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { timonelVersion } from '#base/version.ts';
import { commands } from '#cli/commands/index.ts';
import { exitCodes } from '#cli/errors.ts';
import { cliReference } from '../../scripts/cli-reference.ts';
import { root } from '../support/tools.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as { version: string; scripts: Record<string, string> };
const rooms = createRequire(import.meta.url)('../../scripts/rooms.cjs') as Record<string, string[]>;
const sources = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.startsWith('src/gen/'));

describe('the house', () => {
  it('has a row in the table of borders for every room', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const known = [...Object.keys(rooms), 'cluster'].sort();
    expect(folders.map(({ name }) => name).sort()).toEqual(known);
    for (const [room, may] of Object.entries(rooms)) {
      for (const other of may) expect(known, `${room} may import ${other}`).toContain(other);
    }
  });

  it('has files named in kebab-case, none above 500 lines', () => {
    expect(sources.length).toBeGreaterThan(500);
    for (const file of sources) {
      expect(basename(file), file).toMatch(/^[a-z0-9-]+(\.(test|contract))?\.ts$/);
      if (!file.endsWith('.test.ts')) expect(read(file).split('\n').length, file).toBeLessThanOrEqual(500);
    }
  });

  it('logs constant messages, with facts as fields', () => {
    for (const file of sources.filter((name) => !name.endsWith('.test.ts'))) {
      const templated = /\blog\.(debug|info|warn|error)\(\s*`[^`]*\$\{/.exec(read(file));
      expect(templated?.[0], file).toBeUndefined();
    }
  });

  it('has decisions with their parts', () => {
    for (const file of globSync('docs/adr/*.md', { cwd: root })) {
      const text = read(file);
      expect(text, file).toMatch(/^# \d+\. /);
      if (!file.includes('0004')) expect(text, file).toContain('**Price.**');
    }
  });
});

describe('the command line', () => {
  it('has the version of the package', () => {
    expect(timonelVersion).toBe(manifest.version);
  });

  it.each(commands.map((command) => [command.name, command] as const))(
    '%s is explained in both languages, with an example',
    (_, command) => {
      expect(command.examples.length).toBeGreaterThan(0);
      const texts = [
        command.synopsis,
        ...command.examples.map(({ shows }) => shows),
        ...Object.values(command.flags).map(({ help }) => help),
      ];
      for (const { en, es } of texts) {
        expect(en).not.toBe('');
        expect(es).not.toBe('');
      }
      for (const { line } of command.examples) expect(line).toContain(`timonel ${command.name}`);
    },
  );

  it('is described in the reference as it is; npm run docs makes it so', () => {
    expect(read('docs/reference/cli.md')).toBe(cliReference());
  });

  it('has every exit code in the manual', () => {
    const page = read('docs/reference/errors.md');
    for (const [name, code] of Object.entries(exitCodes))
      expect(page).toMatch(new RegExp(`\\| ${code} +\\| \`${name}\` +\\|`));
  });
});

describe('the README', () => {
  it('names only scripts that there are', () => {
    for (const file of ['README.md', 'CONTRIBUTING.md']) {
      for (const [, script] of read(file).matchAll(/npm (?:run )?([a-z][a-z0-9:-]*)/g)) {
        if (script === 'dependencies' || script === 'ci' || script === 'scripts') continue;
        expect(Object.keys(manifest.scripts), `${file}: npm run ${script}`).toContain(script === 'run' ? 'up' : script);
      }
    }
  });
});
