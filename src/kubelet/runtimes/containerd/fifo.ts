import { execFile } from 'node:child_process';
import { constants, open } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Named pipes between this process and a shim. */
export interface Fifos extends AsyncDisposable {
  readonly paths: Readonly<Record<string, string>>;
  reader(name: string): Promise<Socket>;
  writer(name: string): Promise<Socket>;
}

export async function makeFifos(names: readonly string[]): Promise<Fifos> {
  const folder = await mkdtemp(join(tmpdir(), 'timonel-exec-'));
  const paths = Object.fromEntries(names.map((name) => [name, join(folder, name)]));
  if (names.length > 0) await promisify(execFile)('mkfifo', ['-m', '600', ...Object.values(paths)]);
  const openSocket = async (name: string, flags: number, side: { readable: boolean; writable: boolean }) => {
    // Never blocking: a blocked open would hold one of the few threads that all file access shares.
    const fd = await promisify(open)(paths[name] ?? '', flags | constants.O_NONBLOCK);
    return new Socket({ fd, ...side });
  };
  return {
    paths,
    reader: (name) => openSocket(name, constants.O_RDONLY, { readable: true, writable: false }),
    // Opening to write alone fails while nobody reads; holding the reading end too does no harm.
    writer: (name) => openSocket(name, constants.O_RDWR, { readable: false, writable: true }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
