import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { blobBytes, openArchive } from './archive.ts';
import { buildImage } from './build-image.ts';
import { digestOf } from './digest.ts';
import { BadArchive, MissingProgram } from './errors.ts';
import { buildImageFolder } from './image-folder.ts';
import { librariesIn } from './library-closure.ts';
import type { ImageConfig, Manifest } from './oci.ts';
import { pauseElf } from './pause-elf.ts';
import { buildPauseImage, PAUSE_IMAGE } from './pause-image.ts';
import { isReference, normalizeReference } from './reference.ts';
import { indexTar } from './tar-index.ts';

const run = promisify(execFile);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timonel-images-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The manifest, config and layer listings of an archive's first image. */
async function inspect(file: string) {
  await using archive = await openArchive(file);
  const read = async (digest: string) => blobBytes(archive.blob(digest) ?? Buffer.alloc(0));
  const [image] = archive.images;
  const manifest = JSON.parse((await read(image?.target.digest ?? '')).toString()) as Manifest;
  const config = JSON.parse((await read(manifest.config.digest)).toString()) as ImageConfig;
  const listings: string[] = [];
  for (const [index, layer] of manifest.layers.entries()) {
    const path = join(folder, `layer-${index}`);
    await writeFile(path, await read(layer.digest));
    listings.push((await run('tar', ['-tvf', path])).stdout);
  }
  return { name: image?.name, manifest, config, listings };
}

describe('normalizeReference', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.25', 'docker.io/library/nginx:1.25'],
    ['bitnami/nginx', 'docker.io/bitnami/nginx:latest'],
    ['docker.io/nginx', 'docker.io/library/nginx:latest'],
    ['index.docker.io/nginx', 'docker.io/library/nginx:latest'],
    ['localhost/pause:3', 'localhost/pause:3'],
    ['localhost:5000/a/b', 'localhost:5000/a/b:latest'],
    ['registry.k8s.io/pause:3.9', 'registry.k8s.io/pause:3.9'],
    [`nginx@sha256:${'a'.repeat(64)}`, `docker.io/library/nginx@sha256:${'a'.repeat(64)}`],
    [`nginx:1@sha256:${'a'.repeat(64)}`, `docker.io/library/nginx@sha256:${'a'.repeat(64)}`],
  ])('%s is %s', (given, full) => expect(normalizeReference(given)).toBe(full));

  it.each(['', 'Not A Name', 'nginx/UPPER', 'a:b:c', 'nginx:', 'nginx@sha256:short', '/nginx', 'nginx//x'])(
    '"%s" is no image name',
    (given) => expect(isReference(given)).toBe(false),
  );
});

describe('pauseElf', () => {
  it.runIf(process.platform === 'linux' && process.arch === 'x64')('waits, and exits 0 on SIGTERM', async () => {
    const program = join(folder, 'pause');
    await writeFile(program, pauseElf('amd64'));
    await chmod(program, 0o755);
    const child = spawn(program);
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    await eventually(async () =>
      /State:\s+S[^]*SigIgn:\s+0*10000\n/.test(await readFile(`/proc/${child.pid}/status`, 'utf8')),
    );
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it.each(['amd64', 'arm64'] as const)('is an executable of %s without any dependency', (architecture) => {
    const elf = pauseElf(architecture);
    expect(elf.length).toBeLessThan(400);
    expect(elf.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    expect(elf.readUInt16LE(18)).toBe(architecture === 'amd64' ? 62 : 183);
    expect(elf.readBigUInt64LE(96)).toBe(BigInt(elf.length));
  });
});

describe('buildImage', () => {
  it('gives the same bytes for the same recipe', async () => {
    await buildPauseImage(join(folder, 'a.tar'));
    await buildPauseImage(join(folder, 'b.tar'));
    expect(digestOf(await readFile(join(folder, 'a.tar')))).toBe(digestOf(await readFile(join(folder, 'b.tar'))));
  });

  it('writes what the recipe says: name, process, files with mode and owner', async () => {
    const file = join(folder, 'image.tar');
    const layer = [
      { type: 'file', path: 'app/main.js', mode: 0o640, uid: 7, gid: 8, content: Buffer.from('hi') },
      { type: 'symlink', path: 'bin/sh', target: 'busybox' },
    ] as const;
    await buildImage({ name: 'web', layers: [layer], process: { Entrypoint: ['/app/main.js'], User: '7' } }, file);
    const { name, config, listings } = await inspect(file);
    expect(name).toBe('docker.io/library/web:latest');
    expect(config.config).toEqual({ Entrypoint: ['/app/main.js'], User: '7' });
    expect(listings[0]).toMatch(/drwxr-xr-x 0\/0 .* app\//);
    expect(listings[0]).toMatch(/-rw-r----- 7\/8 .* app\/main.js/);
    expect(listings[0]).toMatch(/bin\/sh -> busybox/);
  });

  it('puts layers on a base and merges the process settings as a Dockerfile would', async () => {
    const base = join(folder, 'base.tar');
    const file = join(folder, 'derived.tar');
    const process = { Env: ['A=1', 'B=1'], Entrypoint: ['/old'], Cmd: ['x'], User: '5' };
    await buildImage({ name: 'base', layers: [[{ type: 'directory', path: 'low' }]], process }, base);
    const top = [{ type: 'directory', path: 'high' }] as const;
    await buildImage({ name: 'derived', base, layers: [top], process: { Env: ['B=2'], Entrypoint: ['/new'] } }, file);
    const { manifest, config, listings } = await inspect(file);
    expect(manifest.layers).toHaveLength(2);
    expect(config.rootfs.diff_ids).toHaveLength(2);
    expect(listings.join()).toMatch(/low\/[^]*high\//);
    expect(config.config).toEqual({ Env: ['A=1', 'B=2'], Entrypoint: ['/new'], User: '5' });
  });
});

describe('openArchive', () => {
  it('reads an archive that is gzipped as a whole', async () => {
    await buildPauseImage(join(folder, 'pause.tar'));
    await writeFile(join(folder, 'pause.tgz'), gzipSync(await readFile(join(folder, 'pause.tar'))));
    expect((await inspect(join(folder, 'pause.tgz'))).name).toBe(PAUSE_IMAGE);
  });

  it('reads what docker save writes: several names, plain and linked layers', async () => {
    const root = join(folder, 'docker');
    await mkdir(join(root, 'one'), { recursive: true });
    await mkdir(join(root, 'two'));
    await writeFile(join(root, 'one/layer.tar'), Buffer.alloc(1024));
    await symlink('../one/layer.tar', join(root, 'two/layer.tar'));
    await writeFile(
      join(root, 'config.json'),
      JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }),
    );
    const image = { Config: 'config.json', RepoTags: ['web:1', 'web:2'], Layers: ['one/layer.tar', 'two/layer.tar'] };
    await writeFile(join(root, 'manifest.json'), JSON.stringify([image]));
    await run('tar', ['-C', root, '-cf', join(folder, 'docker.tar'), '.']);
    await using archive = await openArchive(join(folder, 'docker.tar'));
    expect(archive.images.map(({ name }) => name)).toEqual(['docker.io/library/web:1', 'docker.io/library/web:2']);
    const { manifest } = await inspect(join(folder, 'docker.tar'));
    expect(manifest.layers.map(({ digest }) => digest)).toEqual(Array(2).fill(digestOf(Buffer.alloc(1024))));
    expect(manifest.layers[0]?.mediaType).toBe('application/vnd.oci.image.layer.v1.tar');
  });

  it.each([
    ['text', 'hello, I am not an archive. '.repeat(40), /not a tar archive/],
    ['damaged gzip', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), /damaged gzip/],
    ['an empty file', '', /neither index.json/],
  ])('says what is wrong with %s', async (_what, content, message) => {
    await writeFile(join(folder, 'bad'), content);
    const error = await openArchive(join(folder, 'bad')).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(BadArchive);
    expect(String(error)).toMatch(message);
  });
});

describe('indexTar', () => {
  it.each(['gnu', 'pax', 'ustar'])('finds long names in %s archives', async (format) => {
    const long = `${'deep/'.repeat(format === 'ustar' ? 30 : 60)}file`;
    await mkdir(join(folder, 'root', long, '..'), { recursive: true });
    await writeFile(join(folder, 'root', long), 'found');
    execFileSync('tar', [`--format=${format}`, '-C', join(folder, 'root'), '-cf', join(folder, 'x.tar'), '.']);
    const slice = (await indexTar(join(folder, 'x.tar'))).find(long);
    expect(slice?.size).toBe(5);
    const bytes = await readFile(join(folder, 'x.tar'));
    expect(bytes.subarray(slice?.offset, (slice?.offset ?? 0) + 5).toString()).toBe('found');
  });
});

describe('librariesIn', () => {
  it('reads what ldd prints', () => {
    const printed =
      '\tlinux-vdso.so.1 (0x00007ffe)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f00)\n\t/lib64/ld-linux-x86-64.so.2 (0x00007f11)\n';
    expect(librariesIn(printed)).toEqual(['/lib/x86_64-linux-gnu/libc.so.6', '/lib64/ld-linux-x86-64.so.2']);
  });
  it('names a library that is missing', () => {
    expect(() => librariesIn('\tlibfoo.so.1 => not found\n')).toThrow(MissingProgram);
    expect(() => librariesIn('\tlibfoo.so.1 => not found\n')).toThrow(/libfoo.so.1/);
  });
});

describe('buildImageFolder', () => {
  const build = async (image: object | string) => {
    await writeFile(join(folder, 'image.json'), typeof image === 'string' ? image : JSON.stringify(image));
    return buildImageFolder({ folder, file: join(folder, 'out.tar'), cache: join(folder, 'cache') });
  };

  it('builds what image.json says', async () => {
    await mkdir(join(folder, 'app'));
    await writeFile(join(folder, 'app/main.js'), 'console.log(1)');
    const image = {
      name: 'task-web:1',
      copy: { app: '/srv' },
      users: [{ name: 'web', uid: 1000 }],
      env: { PORT: '8080' },
      entrypoint: ['node'],
      ports: ['8080/tcp'],
      user: '1000',
    };
    expect(await build(image)).toMatchObject({ name: 'docker.io/library/task-web:1' });
    const { config, listings } = await inspect(join(folder, 'out.tar'));
    expect(listings.join()).toMatch(/etc\/passwd[^]*srv\/main.js/);
    expect(config.config?.Env).toContain('PORT=8080');
    expect(config.config).toMatchObject({ User: '1000', Entrypoint: ['node'], ExposedPorts: { '8080/tcp': {} } });
  });

  it.each([
    ['{', /is not JSON/],
    ['{"name":"Bad Name"}', /is not an image name/],
    ['{}', /"name" is missing/],
    ['{"name":"a","enviroment":{}}', /"enviroment" is unknown/],
  ])('refuses %s', async (json, message) => {
    await expect(build(json)).rejects.toThrow(message);
  });
});
