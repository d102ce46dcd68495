// What `npm run up` and `npm test` need before anything of ours can run. Plain JavaScript, for the machine's own Node
// (20 or newer): the project's Node 24 comes with the npm dependencies that this file installs.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const node = `${root}node_modules/.bin/node`;

const isThere = (program) => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

/** Program to Debian package. Each is needed for real nodes only. */
const PACKAGES = {
  containerd: 'containerd',
  runc: 'runc',
  '/usr/lib/cni/ptp': 'containernetworking-plugins',
  nft: 'nftables',
  iptables: 'iptables',
  conntrack: 'conntrack',
  ip: 'iproute2',
};

function step(title, work) {
  process.stderr.write(`• ${title} …\n`);
  const started = performance.now();
  work();
  process.stderr.write(`  done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

/** Installs the npm dependencies where they are missing or older than the lock file. */
export function ensureDependencies() {
  const installed = `${root}node_modules/.package-lock.json`;
  const lock = `${root}package-lock.json`;
  if (existsSync(installed) && existsSync(node) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  // Not `npm ci`: a lock file made where a registry lacks other platforms' optional parts would fail it.
  step('installing npm dependencies', () => {
    execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });
}

/** What tests need beside. */
export const TEST_PACKAGES = { unzip: 'unzip' };

function missingPackages(wanted) {
  const missing = Object.entries(wanted).filter(([program]) =>
    program.startsWith('/')
      ? !existsSync(program) && !existsSync(`/opt/cni/bin/${program.split('/').pop()}`)
      : !isThere(program),
  );
  return missing.map(([, name]) => name);
}

/** Installs Debian packages for real nodes, saying so first; where that cannot be done, says what to do. */
export function ensurePackages(more = {}) {
  const missing = missingPackages({ ...PACKAGES, ...more });
  if (missing.length === 0) return true;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid() !== 0 || !isThere('apt-get')) {
    process.stderr.write(`• real nodes need ${missing.join(', ')}; install them as root: ${command}\n`);
    return false;
  }
  step(`installing Debian packages: ${missing.join(' ')}`, () => {
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    spawnSync('apt-get', ['update', '-q'], options);
    // A package may start a service of its own; Timonel runs its own containerd and leaves that one alone.
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], options);
  });
  return true;
}

/** Bundles dist/ where it is missing or older than a source. */
export function ensureBuild() {
  const bundle = `${root}dist/main.js`;
  if (existsSync(bundle) && newestSource() <= statSync(bundle).mtimeMs) return;
  step('building', () => execFileSync(node, ['scripts/build.ts'], { cwd: root, stdio: 'inherit' }));
}

function newestSource() {
  const find = ['src', 'scripts/build.ts', 'package.json', '-type', 'f', '-printf', '%T@\\n'];
  const times = execFileSync('find', find, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
  return Math.max(...times.trim().split('\n').map(Number)) * 1000;
}

export const version = () => JSON.parse(readFileSync(`${root}package.json`, 'utf8')).version;
