// `npm test`: installs what is missing, runs all tests, and ends with the line `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuild, ensureDependencies, ensurePackages, node, root, TEST_PACKAGES } from './prepare.mjs';

ensureDependencies();
ensurePackages(TEST_PACKAGES);
ensureBuild();

const folder = mkdtempSync(join(tmpdir(), 'timonel-test-'));
const report = join(folder, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const { status } = spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  // Subprocesses (kubectl's editor, workers) must find the project's Node first, as npm scripts do.
  env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}` },
});

let counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, success: false };
try {
  counts = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  process.stderr.write('the test run left no report\n');
}
rmSync(folder, { recursive: true, force: true });
// A file that does not even load has failed without a failing test in it.
const failed = Math.max(counts.numFailedTests, counts.success ? 0 : 1);
const skipped = counts.numPendingTests > 0 ? `, ${counts.numPendingTests} skipped` : '';
process.stdout.write(`${counts.numPassedTests} passed, ${failed} failed${skipped}\n`);
process.exitCode = status === 0 && counts.success ? 0 : 1;
