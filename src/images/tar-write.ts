import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { pack } from 'tar-stream';

/** One entry of a layer. Times are always 0, so that the same content is the same image. */
export type LayerEntry = { readonly path: string; readonly uid?: number; readonly gid?: number } & (
  | { readonly type: 'directory'; readonly mode?: number }
  | { readonly type: 'file'; readonly mode?: number; readonly content: Buffer | { readonly hostPath: string } }
  | { readonly type: 'symlink'; readonly target: string }
);

/** The entries as one uncompressed tar, sorted by path, with the parent directories that are missing. */
export async function layerTar(entries: readonly LayerEntry[]): Promise<Buffer> {
  const tar = pack();
  const collected = collect(tar);
  for (const entry of withParents(entries)) await writeEntry(tar, entry);
  tar.finalize();
  return collected;
}

async function collect(tar: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function writeEntry(tar: ReturnType<typeof pack>, entry: LayerEntry): Promise<void> {
  const { path, uid = 0, gid = 0 } = entry;
  const common = { uid, gid, mtime: new Date(0), uname: '', gname: '' };
  const put = (header: Parameters<typeof tar.entry>[0], body?: Buffer) =>
    new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null) => (error ? reject(error) : resolve());
      if (body) tar.entry(header, body, done);
      else tar.entry(header, done);
    });
  if (entry.type === 'directory') {
    return put({ ...common, name: `${path}/`, type: 'directory', mode: entry.mode ?? 0o755 });
  }
  if (entry.type === 'symlink') {
    return put({ ...common, name: path, type: 'symlink', linkname: entry.target, mode: 0o777 });
  }
  const body = Buffer.isBuffer(entry.content) ? entry.content : await readFile(entry.content.hostPath);
  return put({ ...common, name: path, type: 'file', mode: entry.mode ?? 0o644, size: body.length }, body);
}

/** Later entries win over earlier ones of the same path. */
function withParents(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const byPath = new Map<string, LayerEntry>();
  for (const entry of entries) {
    const path = posix.normalize(entry.path).replace(/^\/+|\/+$/g, '');
    if (path && path !== '.') byPath.set(path, { ...entry, path });
  }
  for (const path of [...byPath.keys()]) {
    for (let parent = posix.dirname(path); parent !== '.'; parent = posix.dirname(parent)) {
      if (!byPath.has(parent)) byPath.set(parent, { type: 'directory', path: parent });
    }
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Everything below a folder (or one file) of this machine, as it would lie at `to` in the image, owned by root. */
export async function entriesOf(from: string, to: string): Promise<readonly LayerEntry[]> {
  const info = await lstat(from);
  if (info.isSymbolicLink()) return [{ type: 'symlink', path: to, target: await readlink(from) }];
  if (info.isFile()) return [{ type: 'file', path: to, mode: info.mode & 0o7777, content: { hostPath: from } }];
  if (!info.isDirectory()) return [];
  const names = (await readdir(from)).sort();
  const below = await Promise.all(names.map((name) => entriesOf(join(from, name), posix.join(to, name))));
  return [{ type: 'directory', path: to, mode: info.mode & 0o7777 }, ...below.flat()];
}
