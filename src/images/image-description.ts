import { BadImageDescription } from './errors.ts';
import { isReference } from './reference.ts';

/**
 * What `image.json` says; `timonel image build DIR` reads it from DIR. Everything but `name` may be left out.
 *
 * ```json
 * {
 *   "name": "task-web:1",
 *   "base": "../base.tar",
 *   "programs": ["node", "busybox"],
 *   "packages": ["postgresql-15"],
 *   "copy": { "app": "/app", "conf/web.conf": "/etc/web.conf" },
 *   "files": { "/etc/passwd": "web:x:1000:1000::/:/bin/false\n" },
 *   "directories": { "/data": { "mode": "0770", "uid": 1000, "gid": 1000 } },
 *   "links": { "/bin/sh": "busybox" },
 *   "env": { "PORT": "8080" },
 *   "entrypoint": ["node", "/app/main.js"],
 *   "cmd": [],
 *   "user": "1000:1000",
 *   "workingDir": "/app",
 *   "ports": [8080, "53/udp"],
 *   "volumes": ["/data"],
 *   "labels": { "team": "tasks" },
 *   "stopSignal": "SIGTERM"
 * }
 * ```
 *
 * `programs` are taken from this machine with the shared libraries that they need; `packages` are Debian packages, got
 * with apt and unpacked into the image with all that they depend on (nothing is installed here). `copy` takes paths
 * below DIR. Where two of them name the same path, the later in the list above wins.
 */
export interface ImageDescription {
  readonly name: string;
  readonly base?: string | undefined;
  readonly programs: readonly string[];
  readonly packages: readonly string[];
  readonly copy: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly directories: Readonly<Record<string, DirectoryDescription>>;
  readonly links: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[] | undefined;
  readonly cmd?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly workingDir?: string | undefined;
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly stopSignal?: string | undefined;
}

export interface DirectoryDescription {
  /** Octal, such as `0770`; default 0755. */
  readonly mode?: string | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

type Reader = (value: unknown, field: string) => unknown;

const text: Reader = (value, field) => {
  if (typeof value === 'string' && value !== '') return value;
  throw new BadImageDescription(`${field} must be a text that is not empty`);
};
const texts: Reader = (value, field) => {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new BadImageDescription(`${field} must be a list of texts`);
};
const textMap: Reader = (value, field) => {
  const entries = entriesOf(value, field);
  if (entries.every(([, item]) => typeof item === 'string')) return value;
  throw new BadImageDescription(`${field} must map names to texts`);
};
const absoluteTextMap: Reader = (value, field) => {
  const bad = entriesOf(value, field).find(([path]) => !path.startsWith('/'))?.[0];
  if (bad !== undefined) throw new BadImageDescription(`${field}: "${bad}" must be an absolute path in the image`);
  return textMap(value, field);
};
const ports: Reader = (value, field) => {
  const list = Array.isArray(value) ? value.map(String) : [''];
  const bad = list.find((port) => !/^\d{1,5}(\/(tcp|udp|sctp))?$/.test(port));
  if (bad !== undefined) throw new BadImageDescription(`${field} must be a list of ports such as 8080 or "53/udp"`);
  return list.map((port) => (port.includes('/') ? port : `${port}/tcp`));
};
const directories: Reader = (value, field) => {
  for (const [path, item] of entriesOf(value, field)) {
    const { mode = '0755', uid = 0, gid = 0 } = Object.fromEntries(entriesOf(item, `${field}: ${path}`));
    const isGood = path.startsWith('/') && /^[0-7]{3,4}$/.test(String(mode)) && isId(uid) && isId(gid);
    if (!isGood)
      throw new BadImageDescription(
        `${field}: "${path}" must be an absolute path with mode (octal text), uid and gid (numbers)`,
      );
  }
  return value;
};

const isId = (value: unknown) => Number.isInteger(value) && Number(value) >= 0;

function entriesOf(value: unknown, field: string): readonly [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadImageDescription(`${field} must be an object`);
  }
  return Object.entries(value);
}

const FIELDS: Readonly<Record<keyof ImageDescription, readonly [Reader, unknown]>> = {
  name: [text, undefined],
  base: [text, undefined],
  programs: [texts, []],
  packages: [texts, []],
  copy: [textMap, {}],
  files: [absoluteTextMap, {}],
  directories: [directories, {}],
  links: [absoluteTextMap, {}],
  env: [textMap, {}],
  entrypoint: [texts, undefined],
  cmd: [texts, undefined],
  user: [text, undefined],
  workingDir: [text, undefined],
  ports: [ports, []],
  volumes: [texts, []],
  labels: [textMap, {}],
  stopSignal: [text, undefined],
};

/** Reads the text of an `image.json`. @throws {BadImageDescription} naming the field that is wrong. */
export function parseImageDescription(json: string): ImageDescription {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch (error) {
    throw new BadImageDescription(`image.json is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const values = new Map(entriesOf(given, 'image.json'));
  const unknown = [...values.keys()].find((field) => !(field in FIELDS));
  if (unknown !== undefined) {
    throw new BadImageDescription(
      `image.json: there is no field "${unknown}"; the fields are ${Object.keys(FIELDS).join(', ')}`,
    );
  }
  const read = Object.entries(FIELDS).map(([field, [reader, absent]]) => [
    field,
    values.has(field) ? reader(values.get(field), field) : absent,
  ]);
  const description = Object.fromEntries(read) as ImageDescription;
  if (!isReference(description.name ?? ''))
    throw new BadImageDescription('name must be an image name such as "task-web:1"');
  return description;
}
