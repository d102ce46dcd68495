import { execFile } from 'node:child_process';
import type { Logger } from '#base/log.ts';
import { type StaleFlow, staleFlows } from '../../conntrack.ts';
import type { ProxyBackend } from '../../state.ts';
import { type Applied, elementCommands, nothingApplied, planChanges } from './changes.ts';
import { bucketText, tableText } from './ruleset.ts';

export interface NftablesOptions {
  /** The pods' addresses. */
  readonly clusterCIDR: string;
  readonly table?: string | undefined;
  /** Path of a network namespace to work in; undefined: this process's own. */
  readonly namespacePath?: string | undefined;
  readonly log: Logger;
}

/** The nft program refused; the message holds its own words. */
export class NftFailed extends Error {
  override name = 'NftFailed';
}

/**
 * Service traffic by nftables maps: rules grow with the number of different endpoint counts, not with Services, and a
 * change is a few elements in one transaction. The first sync replaces whatever table an earlier process left.
 */
export function nftablesBackend({
  clusterCIDR,
  table = 'timonel-proxy',
  namespacePath,
  log,
}: NftablesOptions): ProxyBackend {
  const run = (program: string, args: readonly string[], input = '') => runIn(namespacePath, [program, ...args], input);
  let applied: Applied | undefined;
  const forget = async (flows: readonly StaleFlow[]) => {
    for (const flow of flows) {
      const { exitCode, stderr } = await run('conntrack', ['-D', ...flow]);
      if (exitCode !== 0 && !stderr.includes('0 flow entries'))
        log.warn('stale UDP flows stay', { stderr, flow: flow.join(' ') });
    }
  };
  const nft = async (script: string) => {
    const { exitCode, stderr } = await run('nft', ['-f', '-'], script);
    if (exitCode !== 0) throw new NftFailed(`nft: ${stderr.trim().slice(0, 2000)}`);
  };
  return {
    name: 'nftables',
    async sync({ frontends }) {
      const before = applied ?? nothingApplied();
      const changes = planChanges(before, frontends);
      const script = [
        applied ? '' : tableText({ table, clusterCIDR }),
        ...changes.newBuckets.map((bucket) => bucketText(table, bucket)),
        elementCommands(table, changes),
      ].join('');
      if (script === '') return;
      applied = undefined; // until it is known that the kernel took it
      await nft(script);
      applied = changes.result;
      await forget(staleFlows(before.frontends, frontends));
    },
    async isIntact() {
      if (!applied) return false;
      const { exitCode } = await run('nft', ['list', 'chain', 'ip', table, 'services']);
      if (exitCode !== 0) applied = undefined;
      return exitCode === 0;
    },
    async cleanup() {
      applied = undefined;
      await nft(`table ip ${table}\ndelete table ip ${table}\n`);
    },
    async [Symbol.asyncDispose]() {
      // The rules stay: a proxy that is started again must not interrupt anyone.
    },
  };
}

interface Ran {
  readonly exitCode: number;
  readonly stderr: string;
}

function runIn(namespacePath: string | undefined, command: readonly string[], input: string): Promise<Ran> {
  const [program = '', ...args] =
    namespacePath === undefined ? command : ['nsenter', `--net=${namespacePath}`, '--', ...command];
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 64 << 20 }, (error, _stdout, stderr) => {
      if (error && typeof error.code !== 'number')
        reject(new NftFailed(`${program} cannot run: ${error.message}`, { cause: error }));
      else resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stderr });
    });
    child.stdin?.on('error', () => {}); // it ended early; its exit code tells why
    child.stdin?.end(input);
  });
}
