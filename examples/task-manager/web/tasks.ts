import pg from 'pg';

export interface Task {
  readonly id: number;
  readonly title: string;
  readonly done: boolean;
}

/** The tasks in PostgreSQL. Connects when first asked, and again after the database was away. */
export interface TaskStore {
  list(): Promise<readonly Task[]>;
  add(title: string): Promise<void>;
  toggle(id: number): Promise<void>;
  remove(id: number): Promise<void>;
  /** Throws while the database does not answer. */
  check(): Promise<void>;
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS tasks (
  id serial PRIMARY KEY, title text NOT NULL, done boolean NOT NULL DEFAULT false)`;
/** Two replicas that start at once must not create the table at the same time. Any number, the same for all. */
const SCHEMA_LOCK = 20261121;

export function connectTasks(): TaskStore {
  const pool = new pg.Pool({ max: 5, connectionTimeoutMillis: 2_000, idleTimeoutMillis: 30_000 });
  // A connection that breaks while idle is replaced at the next query.
  pool.on('error', (error) => console.error(`database connection lost: ${error.message}`));
  let hasSchema = false;

  async function query(sql: string, values: unknown[] = []): Promise<pg.QueryResult> {
    if (!hasSchema) await createSchema(pool);
    hasSchema = true;
    return pool.query(sql, values);
  }

  return {
    async list() {
      const { rows } = await query('SELECT id, title, done FROM tasks ORDER BY done, id');
      return rows as Task[];
    },
    async add(title) {
      await query('INSERT INTO tasks (title) VALUES ($1)', [title]);
    },
    async toggle(id) {
      await query('UPDATE tasks SET done = NOT done WHERE id = $1', [id]);
    },
    async remove(id) {
      await query('DELETE FROM tasks WHERE id = $1', [id]);
    },
    async check() {
      await query('SELECT 1');
    },
  };
}

async function createSchema(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [SCHEMA_LOCK]);
    await client.query(SCHEMA);
    await client.query('SELECT pg_advisory_unlock($1)', [SCHEMA_LOCK]);
  } finally {
    client.release();
  }
}
