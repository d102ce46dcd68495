import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildImage } from './build-image.ts';
import { programEntries } from './library-closure.ts';
import type { LayerEntry } from './tar-write.ts';

/** Writes an image with this machine's busybox under every name that it answers to; small, with a shell and httpd. */
export async function buildBusyboxImage(file: string, name = 'docker.io/library/busybox:latest'): Promise<void> {
  const { stdout } = await promisify(execFile)('busybox', ['--list']);
  const [program, ...libraries] = await programEntries('busybox');
  if (!program) return;
  const links = stdout
    .split('\n')
    .filter((applet) => applet !== '' && applet !== 'busybox')
    .map((applet): LayerEntry => ({ type: 'symlink', path: `bin/${applet}`, target: 'busybox' }));
  const layer: readonly LayerEntry[] = [
    { ...program, path: 'bin/busybox' },
    ...libraries,
    ...links,
    { type: 'directory', path: 'tmp', mode: 0o1777 },
    { type: 'directory', path: 'root', mode: 0o700 },
    textFile('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n'),
    textFile('etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
  ];
  await buildImage({ name, layers: [layer], process: { Cmd: ['sh'], Env: [`PATH=${DEFAULT_PATH}`] } }, file);
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function textFile(path: string, text: string): LayerEntry {
  return { type: 'file', path, content: Buffer.from(text) };
}
