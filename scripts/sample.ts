/** Starts a cluster, deploys examples/task-manager on it and waits until it answers: what `npm run up` does. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { createOut } from '#cli/out.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sample = `${root}examples/task-manager`;
const cache = `${root}node_modules/.cache/timonel-sample`;
const url = 'http://127.0.0.1:30080';
const ANSWERS_WITHIN_MS = 180_000;
const { stdout, stderr, env } = process;
const out = createOut({ stdout, stderr, env });
const flags = process.argv.slice(2);
const own = ['--name', '--data-dir', '-n'].flatMap((flag) => {
  const at = flags.indexOf(flag);
  return at < 0 ? [] : flags.slice(at, at + 2);
});

const timonel = (...words: string[]) => {
  const { status, signal } = spawnSync(process.execPath, [`${root}dist/main.js`, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (signal || status === 130) process.exit(130);
  if (status !== 0) process.exit(status ?? 1);
};
const ask = (...words: string[]) =>
  execFileSync(process.execPath, [`${root}dist/main.js`, ...words, ...own], { encoding: 'utf8' }).trim();

timonel('up', ...flags);
const runsContainers = JSON.parse(ask('status', '-o', 'json')).nodes.some(
  ({ name }: { name: string }) => !name.includes('-sim-'),
);
if (!runsContainers) {
  out.print(
    out.say({ en: 'The sample needs real nodes and is left out.', es: 'El ejemplo necesita nodos reales y se omite.' }),
  );
  process.exit(0);
}
await ensureImages();
await out.step({ en: 'Deploying the sample application', es: 'Desplegando la aplicación de ejemplo' }, deploy);
await out.step({ en: `Waiting for ${url}`, es: `Esperando a ${url}` }, waitUntilItAnswers);
const kubeconfig = ask('kubeconfig', '--path');
const which = own.length > 0 ? ` ${own.join(' ')}` : '';
out.print('');
out.print(
  out.say({ en: `${out.bold('The sample answers:')} ${url}`, es: `${out.bold('El ejemplo responde:')} ${url}` }),
);
out.print(
  out.say({
    en: `  use kubectl:  export KUBECONFIG=${kubeconfig}`,
    es: `  con kubectl:  export KUBECONFIG=${kubeconfig}`,
  }),
);
out.print(
  out.say({
    en: `  stop:         npm run timonel -- stop${which}`,
    es: `  detener:      npm run timonel -- stop${which}`,
  }),
);
process.exit(0);

/** Builds and imports what is not on the nodes yet; an image is built again only when its folder changed. */
async function ensureImages(): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const present = ask('image', 'list');
  for (const tier of ['web', 'database']) {
    const folder = `${sample}/${tier}`;
    const { name } = JSON.parse(readFileSync(`${folder}/image.json`, 'utf8')) as { name: string };
    const file = `${cache}/${tier}.tar`;
    const stamp = fingerprint(folder);
    const isBuilt = existsSync(file) && existsSync(`${file}.stamp`) && readFileSync(`${file}.stamp`, 'utf8') === stamp;
    if (!isBuilt) {
      if (tier === 'web') await bundleWeb(folder);
      timonel('image', 'build', folder, '-f', file);
      writeFileSync(`${file}.stamp`, stamp);
    }
    if (!isBuilt || !present.includes(name)) timonel('image', 'import', file, ...own);
  }
}

function fingerprint(folder: string): string {
  const hash = createHash('sha256').update(process.version);
  for (const name of readdirSync(folder).sort())
    if (name !== 'dist') hash.update(name).update(readFileSync(`${folder}/${name}`));
  return hash.digest('hex');
}

async function bundleWeb(folder: string): Promise<void> {
  await build({
    entryPoints: [`${folder}/server.ts`],
    outfile: `${folder}/dist/server.mjs`,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
}

async function deploy(): Promise<void> {
  const { applyManifests } = await import('./apply-manifests.ts');
  await applyManifests(ask('kubeconfig', '--path'), `${sample}/manifests`);
}

async function waitUntilItAnswers(report: (detail: string) => void): Promise<void> {
  const deadline = performance.now() + ANSWERS_WITHIN_MS;
  for (;;) {
    const problem = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) }).then(
      ({ status }) => (status === 200 ? undefined : `HTTP ${status}`),
      (error: Error) => error.message,
    );
    if (problem === undefined) return;
    report(problem);
    if (performance.now() > deadline)
      throw new Error(`the sample does not answer: ${problem}; see kubectl get pods -n task-manager`);
    await sleep(100);
  }
}
