import { existsSync } from 'node:fs';
import { command, namespacePath } from './command.ts';

/** Makes a network namespace with its loopback up; one that is there already is kept. */
export async function ensureNamespace(namespace: string): Promise<void> {
  if (!(await isNamespace(namespace))) {
    if (existsSync(namespacePath(namespace))) await command('ip', ['netns', 'delete', namespace]).catch(() => {});
    await command('ip', ['netns', 'add', namespace]);
  }
  await ip(namespace, ['link set lo up']);
}

/** Removes it with every interface that lives only there; gone is well. */
export async function removeNamespace(namespace: string): Promise<void> {
  if (existsSync(namespacePath(namespace))) await command('ip', ['netns', 'delete', namespace]);
}

/** A file below /run/netns without a namespace mounted on it is what a crash or a reboot can leave. */
async function isNamespace(namespace: string): Promise<boolean> {
  if (!existsSync(namespacePath(namespace))) return false;
  return command('ip', ['-n', namespace, 'link', 'show', 'lo']).then(
    () => true,
    () => false,
  );
}

/** Namespaces whose name begins so. */
export async function listNamespaces(prefix: string): Promise<readonly string[]> {
  const printed = await command('ip', ['netns', 'list']);
  const names = printed.split('\n').map((line) => line.split(' ')[0] ?? '');
  return names.filter((name) => name.startsWith(prefix));
}

/** Runs `ip` commands in the namespace in one process, in order. */
export async function ip(namespace: string, commands: readonly string[]): Promise<void> {
  await command('ip', ['-n', namespace, '-batch', '-'], `${commands.join('\n')}\n`);
}

/** Sets `net.*` values, which each network namespace has of its own. */
export async function setSysctls(namespace: string, values: Readonly<Record<string, string | number>>): Promise<void> {
  const lines = Object.entries(values).map(([key, value]) => `echo ${value} > /proc/sys/${key.replaceAll('.', '/')}`);
  await command('nsenter', [`--net=${namespacePath(namespace)}`, '--', 'sh', '-ec'].concat(lines.join('\n')));
}

export async function hasLink(namespace: string, link: string): Promise<boolean> {
  return command('ip', ['-n', namespace, 'link', 'show', 'dev', link]).then(
    () => true,
    () => false,
  );
}
