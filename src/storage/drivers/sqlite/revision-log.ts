import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import type { Opened, Row, StoredRow } from './protocol.ts';

/** Counts up when a release can no longer read what the one before wrote. */
const FORMAT = 1;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS log (
    revision INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    create_revision INTEGER NOT NULL,
    previous_revision INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    value BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS log_by_key ON log (key, revision);
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;
`;

export interface RevisionLog {
  opened(): Opened;
  write(rows: readonly Row[], bytes: Uint8Array): void;
  get(key: string, revision: number): StoredRow | undefined;
  list(range: ListRange): { rows: StoredRow[]; remaining: number };
  changes(range: { after: number; until: number; limit: number }): StoredRow[];
  compact(revision: number): void;
  close(): void;
}

interface ListRange {
  prefix: string;
  startAfter: string;
  limit: number;
  revision: number;
}

/**
 * The append-only log in one SQLite file: WAL, and a full sync per transaction, so that what `write` returned from
 * survives a power cut. @throws where the file is in use, from a newer release, or no database.
 */
export function openLog(file: string): RevisionLog {
  const db = new DatabaseSync(file);
  // Exclusive: a second process fails at once rather than corrupting revisions. No shared memory file is needed then.
  db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0');
  const format = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (format > FORMAT) throw new Error(`written by a newer release (format ${format}, this one reads ${FORMAT})`);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192');
  db.exec('BEGIN IMMEDIATE');
  db.exec(SCHEMA);
  db.exec(`PRAGMA user_version = ${FORMAT}`);
  db.exec('COMMIT');
  return logOver(db);
}

const LATEST_AT = `
  SELECT key, max(revision) AS revision FROM log
  WHERE key > ? AND key < ? AND revision <= ? GROUP BY key`;
const COLUMNS = 'log.key, log.revision, log.create_revision, log.deleted, log.value';

function logOver(db: DatabaseSync): RevisionLog {
  const insert = db.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)');
  const get = db.prepare(`SELECT ${COLUMNS} FROM log WHERE key = ? AND revision <= ? ORDER BY revision DESC LIMIT 1`);
  const list = db.prepare(
    `SELECT ${COLUMNS} FROM (${LATEST_AT}) AS latest JOIN log ON log.revision = latest.revision
     WHERE log.deleted = 0 ORDER BY log.key LIMIT ?`,
  );
  const count = db.prepare(
    `SELECT count(*) AS n FROM (${LATEST_AT}) AS latest JOIN log ON log.revision = latest.revision WHERE log.deleted = 0`,
  );
  const changes = db.prepare(
    `SELECT ${COLUMNS}, before.value AS previous FROM log
     LEFT JOIN log AS before ON before.revision = log.previous_revision AND before.deleted = 0
     WHERE log.revision > ? AND log.revision <= ? ORDER BY log.revision LIMIT ?`,
  );
  const inTransaction = (work: () => void) => {
    db.exec('BEGIN IMMEDIATE');
    try {
      work();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };

  return {
    opened: () => ({ ...counters(db), keys: liveKeys(db) }),
    write(rows, bytes) {
      inTransaction(() => {
        for (const row of rows) insertRow(insert, row, bytes);
      });
    },
    get(key, revision) {
      const row = get.get(key, revision);
      return row && row['deleted'] === 0 ? storedRow(row) : undefined;
    },
    list({ prefix, startAfter, limit, revision }) {
      const from = startAfter > prefix ? startAfter : prefix;
      const range = [from, `${prefix}\u{10ffff}`, revision] as const;
      const rows = list.all(...range, limit).map(storedRow);
      if (rows.length < limit) return { rows, remaining: 0 };
      return { rows, remaining: Number(count.get(...range)?.['n'] ?? 0) - rows.length };
    },
    changes: ({ after, until, limit }) => changes.all(after, until, limit).map(storedRow),
    compact: (revision) => inTransaction(() => forgetBelow(db, revision)),
    close: () => db.close(),
  };
}

function insertRow(insert: StatementSync, row: Row, bytes: Uint8Array): void {
  const value = bytes.subarray(row.start, row.end);
  insert.run(row.revision, row.key, row.createRevision, row.previousRevision, row.deleted ? 1 : 0, value);
}

function counters(db: DatabaseSync): { revision: number; compacted: number } {
  const newest = Number(db.prepare('SELECT max(revision) AS n FROM log').get()?.['n'] ?? 0);
  const meta = new Map(
    db
      .prepare('SELECT name, number FROM meta')
      .all()
      .map((row) => [row['name'], Number(row['number'])]),
  );
  // Compaction may have removed the newest row itself (a deletion), so the counter is kept apart too.
  return { revision: Math.max(newest, meta.get('revision') ?? 0), compacted: meta.get('compacted') ?? 0 };
}

function liveKeys(db: DatabaseSync): Opened['keys'] {
  const rows = db
    .prepare(
      `SELECT log.key, log.revision, log.create_revision FROM (SELECT key, max(revision) AS revision FROM log GROUP BY key) AS latest
       JOIN log ON log.revision = latest.revision WHERE log.deleted = 0`,
    )
    .all();
  return rows.map((row) => ({
    key: String(row['key']),
    revision: Number(row['revision']),
    createRevision: Number(row['create_revision']),
  }));
}

/** Keeps of each key its value at `revision` and all that came later; deletions at or below it go altogether. */
function forgetBelow(db: DatabaseSync, revision: number): void {
  const { revision: newest } = counters(db);
  db.prepare(
    `DELETE FROM log WHERE revision <= ? AND (deleted = 1 OR EXISTS
     (SELECT 1 FROM log AS later WHERE later.key = log.key AND later.revision > log.revision AND later.revision <= ?))`,
  ).run(revision, revision);
  const set = db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET number = excluded.number');
  set.run('compacted', revision);
  set.run('revision', newest);
}

function storedRow(row: Record<string, SQLOutputValue>): StoredRow {
  const previous = row['previous'];
  return {
    key: String(row['key']),
    revision: Number(row['revision']),
    createRevision: Number(row['create_revision']),
    deleted: row['deleted'] === 1,
    value: row['value'] as Uint8Array,
    ...(previous instanceof Uint8Array && { previous }),
  };
}
