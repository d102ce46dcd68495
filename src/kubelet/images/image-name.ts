/** `nginx` is `nginx:latest`, as the runtime wants it. @throws {Error} in upstream's words for a name that is none. */
export function withDefaultTag(image: string): string {
  const reason = problemOf(image);
  if (reason) throw new Error(`couldn't parse image name "${image}": ${reason}`);
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.includes(':') || image.includes('@') ? image : `${image}:latest`;
}

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const HOST = '(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?';
const REFERENCE = new RegExp(
  `^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@[A-Za-z0-9+._-]+:[0-9a-fA-F]{32,})?$`,
);

function problemOf(image: string): string | undefined {
  if (REFERENCE.test(image)) return undefined;
  if (REFERENCE.test(image.toLowerCase())) return 'invalid reference format: repository name must be lowercase';
  return 'invalid reference format';
}
