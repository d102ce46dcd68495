import { mkdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { imagesOf, importOnNodes, nodeNames } from '#cluster/node-images.ts';
import { BadArchive } from '#images/errors.ts';
import { buildImageFolder } from '#images/image-folder.ts';
import { clusterFlags, runningCluster } from '../cluster-flags.ts';
import { defineCommand, oneOf, text } from '../command.ts';
import { CliError, exitCodes } from '../errors.ts';

type Named = Parameters<typeof runningCluster>[0];

/** The running cluster with its nodes. @throws {CliError} where no node runs containers. */
async function clusterWithNodes(named: Named) {
  const cluster = await runningCluster(named);
  const config = await cluster.config();
  const nodes = config ? nodeNames(config) : [];
  if (nodes.length > 0) return { folders: cluster.folders, nodes };
  throw new CliError({
    exitCode: exitCodes.machine,
    text: { en: 'no node of this cluster runs containers', es: 'ningún nodo de este clúster ejecuta contenedores' },
    remedy: { en: 'start one that does: timonel up --nodes 1', es: 'ponga en marcha uno: timonel up --nodes 1' },
  });
}

const explainArchive = (cause: unknown): never => {
  if (!(cause instanceof BadArchive)) throw cause;
  throw new CliError({
    exitCode: exitCodes.failed,
    text: { en: cause.message, es: cause.message },
    remedy: {
      en: 'archives are made by "docker save", "skopeo copy" and "timonel image build"',
      es: 'los archivos los hacen "docker save", "skopeo copy" y "timonel image build"',
    },
    cause: cause.cause,
  });
};

export const imageImport = defineCommand({
  name: 'image import',
  synopsis: { en: 'Take images from an archive into every node.', es: 'Carga imágenes de un archivo en cada nodo.' },
  args: ['FILE'],
  flags: clusterFlags,
  examples: [
    {
      line: 'docker save web:1 -o web.tar && timonel image import web.tar',
      shows: { en: 'use an image without a registry', es: 'usar una imagen sin registro' },
    },
  ],
  async run({ flags, args, env, out }) {
    const nodes = await clusterWithNodes({ flags, env });
    const file = resolve(args[0] ?? '');
    if (!(await stat(file).catch(() => undefined))) explainArchive(new BadArchive(`there is no file ${file}`));
    const names = await out.step({ en: `Importing ${file}`, es: `Importando ${file}` }, () =>
      importOnNodes(nodes, file).catch(explainArchive),
    );
    for (const name of names) out.print(name);
  },
});

export const imageList = defineCommand({
  name: 'image list',
  synopsis: { en: 'List the images on the nodes.', es: 'Enumera las imágenes de los nodos.' },
  flags: {
    ...clusterFlags,
    output: oneOf(['text', 'json'], { en: 'output format', es: 'formato de salida' }, { short: 'o', fallback: 'text' }),
  },
  examples: [
    { line: 'timonel image list', shows: { en: 'names and sizes, by node', es: 'nombres y tamaños, por nodo' } },
  ],
  async run({ flags, env, out }) {
    const { folders, nodes } = await clusterWithNodes({ flags, env });
    const found = await Promise.all(nodes.map(async (node) => ({ node, images: await imagesOf(folders, node) })));
    if (flags.output === 'json') return out.json(found);
    for (const { node, images } of found) {
      for (const { repoTags, id, sizeBytes } of images) {
        const size = `${(sizeBytes / 1e6).toFixed(1)} MB`.padStart(10);
        out.print(`${node}  ${size}  ${repoTags.length > 0 ? repoTags.join(' ') : id}`);
      }
    }
  },
});

export const imageBuild = defineCommand({
  name: 'image build',
  synopsis: {
    en: 'Build an image from a folder with an image.json, and import it.',
    es: 'Construye una imagen desde una carpeta con image.json y la carga.',
  },
  description: {
    en: 'image.json says the name, Debian packages, files to copy and what to run; see docs/how-to/images.md. No registry, Docker or root file system is needed.',
    es: 'image.json dice el nombre, los paquetes de Debian, los ficheros y qué ejecutar; vea docs/how-to/images.md. No hacen falta registro, Docker ni sistema de ficheros raíz.',
  },
  args: ['DIR'],
  flags: {
    ...clusterFlags,
    tag: text(
      {
        en: 'name of the image, instead of the one in image.json',
        es: 'nombre de la imagen, en lugar del de image.json',
      },
      { short: 't', value: 'IMAGE' },
    ),
    file: text(
      { en: 'write the archive here, and import it nowhere', es: 'escribir aquí el archivo, sin cargarlo' },
      { short: 'f', value: 'FILE' },
    ),
  },
  examples: [
    {
      line: 'timonel image build examples/task-manager/web',
      shows: { en: 'build and import', es: 'construir y cargar' },
    },
    {
      line: 'timonel image build web -f web.tar',
      shows: { en: 'only write the archive', es: 'solo escribir el archivo' },
    },
  ],
  async run({ flags, args, env, out }) {
    const folder = resolve(args[0] ?? '');
    const nodes = flags.file === undefined ? await clusterWithNodes({ flags, env }) : undefined;
    const cache = join(env['XDG_CACHE_HOME'] || join(env['HOME'] || tmpdir(), '.cache'), 'timonel');
    await mkdir(cache, { recursive: true });
    const file = flags.file === undefined ? join(cache, `build-${process.pid}.tar`) : resolve(flags.file);
    try {
      const { name } = await out.step({ en: `Building ${folder}`, es: `Construyendo ${folder}` }, () =>
        buildImageFolder({ folder, file, cache, name: flags.tag }).catch(explainArchive),
      );
      if (nodes)
        await out.step({ en: `Importing ${name}`, es: `Importando ${name}` }, () => importOnNodes(nodes, file));
      out.print(name);
    } finally {
      if (flags.file === undefined) await rm(file, { force: true });
    }
  },
});
