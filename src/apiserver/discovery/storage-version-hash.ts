import { createHash } from 'node:crypto';

/** Eight bytes of SHA-256 over `group/version/kind`, base64. Source: apiserver/pkg/endpoints/discovery.StorageVersionHash. */
export function storageVersionHash({ group, version, kind }: { group: string; version: string; kind: string }): string {
  const digest = createHash('sha256').update(`${group}/${version}/${kind}`).digest();
  return digest.subarray(0, 8).toString('base64');
}
