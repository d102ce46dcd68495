/**
 * The full form of an image name: `nginx` is `docker.io/library/nginx:latest`. A name with a digest keeps it and gets
 * no tag. Source: distribution/reference, ParseDockerRef.
 */
export function normalizeReference(name: string): string {
  const at = name.indexOf('@');
  const digest = at < 0 ? '' : name.slice(at);
  const { path, tag } = splitTag(at < 0 ? name : name.slice(0, at));
  const slash = path.indexOf('/');
  const first = slash < 0 ? '' : path.slice(0, slash);
  const hasHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
  const full = hasHost ? canonicalHost(path) : `docker.io/${slash < 0 ? 'library/' : ''}${path}`;
  return digest ? `${full}${digest}` : `${full}:${tag || 'latest'}`;
}

const REPOSITORY =
  /^([a-zA-Z0-9.-]+(:\d+)?\/)?[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const DIGEST = /^@[a-z0-9]+([+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/** Whether the text can name an image at all. Source: distribution/reference grammar. */
export function isReference(name: string): boolean {
  const at = name.indexOf('@');
  const { path, tag } = splitTag(at < 0 ? name : name.slice(0, at));
  if (!REPOSITORY.test(path) || path.length > 255) return false;
  return (tag === undefined || TAG.test(tag)) && (at < 0 || DIGEST.test(name.slice(at)));
}

function splitTag(name: string): { path: string; tag: string | undefined } {
  const colon = name.lastIndexOf(':');
  if (colon < 0 || name.indexOf('/', colon) >= 0) return { path: name, tag: undefined };
  return { path: name.slice(0, colon), tag: name.slice(colon + 1) };
}

function canonicalHost(path: string): string {
  if (!path.startsWith('index.docker.io/') && !path.startsWith('docker.io/')) return path;
  const rest = path.slice(path.indexOf('/') + 1);
  return `docker.io/${rest.includes('/') ? '' : 'library/'}${rest}`;
}
