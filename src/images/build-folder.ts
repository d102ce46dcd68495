import { access, readFile, realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { buildImage } from './build-image.ts';
import { DEFAULT_PATH } from './busybox-image.ts';
import { packageEntries } from './debian-packages.ts';
import { BadImageDescription } from './errors.ts';
import { type ImageDescription, parseImageDescription } from './image-description.ts';
import { programEntries } from './library-closure.ts';
import type { ProcessConfig } from './oci.ts';
import { entriesOf, type LayerEntry } from './tar-write.ts';

/**
 * Builds what `folder/image.json` describes into an OCI archive. Packages and programs are a layer of their own, below
 * the rest, so that images with the same ones share it. @throws {BadImageDescription}
 */
export async function buildFolder(folder: string, file: string): Promise<{ name: string; digest: string }> {
  const json = await readFile(join(folder, 'image.json'), 'utf8').catch((error: unknown) => {
    throw new BadImageDescription(`${folder} has no image.json: see "timonel image build --help" for what it says`, {
      cause: error,
    });
  });
  const description = parseImageDescription(json);
  const system = await systemEntries(description);
  const own = await ownEntries(description, folder);
  const layers = [system, own].filter((entries) => entries.length > 0);
  const base = description.base === undefined ? undefined : resolve(folder, description.base);
  if (base !== undefined) await access(base).catch(() => missing(`base: there is no file ${base}`));
  return buildImage({ name: description.name, base, layers, process: processOf(description) }, file);
}

function missing(why: string): never {
  throw new BadImageDescription(why);
}

async function systemEntries({ packages, programs }: ImageDescription): Promise<readonly LayerEntry[]> {
  const entries: LayerEntry[] = [];
  if (packages.length > 0) entries.push(...(await packageEntries(packages)));
  for (const program of programs) entries.push(...(await programEntries(program)));
  return entries;
}

async function ownEntries(description: ImageDescription, folder: string): Promise<readonly LayerEntry[]> {
  const { copy, files, directories, links } = description;
  const entries: LayerEntry[] = [];
  for (const [from, to] of Object.entries(copy)) entries.push(...(await entriesOf(await insideOf(folder, from), to)));
  for (const [path, content] of Object.entries(files))
    entries.push({ type: 'file', path, content: Buffer.from(content) });
  for (const [path, { mode = '0755', uid = 0, gid = 0 }] of Object.entries(directories)) {
    entries.push({ type: 'directory', path, mode: Number.parseInt(mode, 8), uid, gid });
  }
  for (const [path, target] of Object.entries(links)) entries.push({ type: 'symlink', path, target });
  return entries;
}

/** Nothing outside the folder gets into an image by accident. */
async function insideOf(folder: string, path: string): Promise<string> {
  const root = await realpath(folder);
  const full = await realpath(join(root, path)).catch(() => missing(`copy: there is no ${path} in ${folder}`));
  if (full !== root && !full.startsWith(root + sep)) missing(`copy: ${path} leads out of ${folder}`);
  return full;
}

function processOf(description: ImageDescription): ProcessConfig {
  const { env, entrypoint, cmd, user, workingDir, ports, volumes, labels, stopSignal, base } = description;
  const variables = base === undefined ? { PATH: DEFAULT_PATH, ...env } : env;
  const asSet = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]));
  return {
    Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    ...(entrypoint && { Entrypoint: [...entrypoint] }),
    ...(cmd && { Cmd: [...cmd] }),
    ...(user !== undefined && { User: user }),
    ...(workingDir !== undefined && { WorkingDir: workingDir }),
    ...(ports.length > 0 && { ExposedPorts: asSet(ports) }),
    ...(volumes.length > 0 && { Volumes: asSet(volumes) }),
    ...(Object.keys(labels).length > 0 && { Labels: labels }),
    ...(stopSignal !== undefined && { StopSignal: stopSignal }),
  };
}
