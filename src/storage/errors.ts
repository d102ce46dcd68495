/** The key's latest revision is not the expected one; `actual` is 0 when the key does not exist. */
export class RevisionMismatch extends Error {
  override name = 'RevisionMismatch';
  readonly key: string;
  readonly actual: number;
  constructor(key: string, actual: number) {
    super(`${key} is at revision ${actual}`);
    this.key = key;
    this.actual = actual;
  }
}

/** The history asked for is gone; `oldest` is the first revision still kept. */
export class Compacted extends Error {
  override name = 'Compacted';
  readonly oldest: number;
  constructor(oldest: number) {
    super(`revisions below ${oldest} have been compacted`);
    this.oldest = oldest;
  }
}

/** The store can take no write now (disk full, file gone, closed); nothing of the refused write was kept. */
export class StorageUnavailable extends Error {
  override name = 'StorageUnavailable';
}
