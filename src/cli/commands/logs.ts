import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterFlags, findCluster } from '../cluster-flags.ts';
import { defineCommand, integer, toggle } from '../command.ts';
import { CliError, exitCodes } from '../errors.ts';

const FOLLOW_EVERY_MS = 200;
const BYTES_A_LINE = 400;

export const logs = defineCommand({
  name: 'logs',
  synopsis: { en: 'Print what the server or a node logged.', es: 'Muestra lo que registró el servidor o un nodo.' },
  args: ['[PART]'],
  flags: {
    ...clusterFlags,
    follow: toggle({ en: 'go on as lines arrive', es: 'seguir mostrando líneas nuevas' }, { short: 'f' }),
    tail: integer(
      { least: 1, most: 1_000_000, fallback: 100 },
      { en: 'how many lines from the end', es: 'cuántas líneas del final' },
    ),
  },
  examples: [
    { line: 'timonel logs', shows: { en: 'the last lines of the server', es: 'las últimas líneas del servidor' } },
    { line: 'timonel logs timonel-1 -f', shows: { en: 'follow a node', es: 'seguir un nodo' } },
  ],
  async run({ flags, args, env, out, signal }) {
    const { folders, name } = await findCluster({ flags, env });
    const part = args[0] ?? 'server';
    const file = join(folders.logs, `${part}.log`);
    const size = (await stat(file).catch(() => undefined))?.size;
    if (size === undefined) throw await noSuchLog(folders.logs, name, part);
    const from = Math.max(0, size - flags.tail * BYTES_A_LINE);
    const text = await readFrom(file, from, size);
    for (const line of text.trimEnd().split('\n').slice(-flags.tail)) out.print(line);
    for (let position = size; flags.follow && !signal.aborted; ) {
      await sleep(FOLLOW_EVERY_MS, undefined, { signal }).catch(() => {}); // aborted: the loop ends by itself
      const now = (await stat(file)).size;
      if (now < position) position = 0;
      if (now > position)
        for (const line of (await readFrom(file, position, now)).trimEnd().split('\n')) out.print(line);
      position = now;
    }
  },
});

async function readFrom(file: string, start: number, end: number): Promise<string> {
  if (end <= start) return '';
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file, { start, end: end - 1 })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function noSuchLog(folder: string, cluster: string, part: string): Promise<CliError> {
  const parts = (await readdir(folder).catch(() => [])).map((file) => file.replace(/\.log$/, ''));
  const list = parts.join(', ');
  return new CliError({
    exitCode: exitCodes.notRunning,
    text: {
      en: `cluster "${cluster}" has no log of "${part}"`,
      es: `el clúster "${cluster}" no tiene registro de "${part}"`,
    },
    remedy: list
      ? { en: `choose one of: ${list}`, es: `elija uno de: ${list}` }
      : { en: 'start the cluster: timonel up', es: 'ponga en marcha el clúster: timonel up' },
  });
}
