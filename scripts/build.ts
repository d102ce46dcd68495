/** `npm run build`: bundles what the package ships into dist/, so that it starts without reading hundreds of files. */
import { chmodSync, globSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

// CommonJS dependencies inside the bundle call require() for Node's own modules.
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

const result = await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'src/main.ts',
    index: 'src/index.ts',
    'sqlite-worker': 'src/storage/drivers/sqlite/worker.ts',
  },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node22.18',
  format: 'esm',
  // The ES modules of packages keep their named exports through a dynamic import; their CommonJS twins do not.
  mainFields: ['module', 'main'],
  // Chunks that are only needed sometimes (making certificates, OpenAPI) are read only then.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'linked',
  banner: { js: banner },
  logLevel: 'warning',
  metafile: true,
});
// What an earlier build left goes last, so that a cluster that is just starting from it finds its files.
const made = new Set(Object.keys(result.metafile.outputs));
for (const file of globSync('dist/**/*.{js,txt}', { cwd: root })) if (!made.has(file)) rmSync(`${root}/${file}`);
chmodSync(`${root}/dist/main.js`, 0o755);
writeFileSync(`${root}/dist/meta.json`, JSON.stringify(result.metafile));
