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
const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs one suite; a file that does not even load has failed without a failing test in it. */
function suite(name, args) {
  const report = join(folder, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args], {
    cwd: root,
    stdio: 'inherit',
    // Subprocesses (kubectl's editor, workers) must find the project's Node first, as npm scripts do.
    env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}` },
  });
  let counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, success: false };
  try {
    counts = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    process.stderr.write(`the ${name} run left no report\n`);
  }
  total.passed += counts.numPassedTests;
  total.failed += Math.max(counts.numFailedTests, status === 0 && counts.success ? 0 : 1);
  total.skipped += counts.numPendingTests;
}

const asked = process.argv.slice(2);
if (asked.length > 0) suite('asked', asked);
else {
  suite('unit', ['src', 'test/conventions', 'test/integration']);
  // Real clusters one after another: each is a machine's work. A second try, since real processes share the machine.
  // Left to `npm run test:e2e`: the life of containers, where a deletion right behind a postStart hook can skip preStop.
  suite('e2e', ['test/e2e', '--no-file-parallelism', '--retry=1', '--exclude=test/e2e/kubelet-lifecycle.test.ts']);
}
rmSync(folder, { recursive: true, force: true });
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
