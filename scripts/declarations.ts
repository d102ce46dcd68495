/** Writes dist/types: declarations of what the package exports, with imports that resolve outside of this repository. */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const types = join(root, 'dist/types');
const project = join(root, 'tsconfig.declarations.json');

writeFileSync(
  project,
  JSON.stringify({
    extends: './tsconfig.json',
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      incremental: false,
      tsBuildInfoFile: null,
      rootDir: 'src',
      outDir: 'dist/types',
    },
    include: [],
    files: ['src/index.ts'],
  }),
);
try {
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', project], { cwd: root, stdio: 'inherit' });
} finally {
  rmSync(project);
}

for (const file of globSync('**/*.d.ts', { cwd: types })) {
  const path = join(types, file);
  const text = readFileSync(path, 'utf8').replace(
    /(['"])(#|\.{1,2}\/)([^'"]+)\.ts\1/g,
    (_, quote: string, lead: string, target: string) => {
      if (lead !== '#') return `${quote}${lead}${target}.js${quote}`;
      const to = relative(dirname(path), join(types, `${target}.js`)).replaceAll('\\', '/');
      return `${quote}${to.startsWith('.') ? to : `./${to}`}${quote}`;
    },
  );
  writeFileSync(path, text);
}
