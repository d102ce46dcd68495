// `npm run up`: installs what is missing, starts the cluster, deploys the sample and waits until it answers.
import { spawnSync } from 'node:child_process';
import { ensureBuild, ensureDependencies, ensurePackages, node, root } from './prepare.mjs';

ensureDependencies();
ensurePackages();
ensureBuild();
const { status, signal } = spawnSync(node, ['scripts/sample.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = signal ? 130 : (status ?? 1);
