/** The web tier of the task manager: a page over HTTP, tasks in PostgreSQL, its title from the cluster's API. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { readConfigMap } from './cluster.ts';
import { page } from './page.ts';
import { connectTasks } from './tasks.ts';

const LONGEST_FORM_BYTES = 16_384;
const tasks = connectTasks();
const title = process.env['TASKS_TITLE'] ?? 'Tasks';

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > LONGEST_FORM_BYTES) throw new Error('the form is too long');
  }
  return new URLSearchParams(text);
}

function answer(response: ServerResponse, code: number, type: string, body: string): void {
  response.writeHead(code, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

function backToPage(response: ServerResponse): void {
  response.writeHead(303, { location: '/' }).end();
}

type Route = readonly [method: string, pattern: RegExp, handle: (call: Call) => Promise<void>];
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly id: number;
}

const routes: readonly Route[] = [
  // Alive as long as the event loop turns; the database may be late or away.
  ['GET', /^\/livez$/, async ({ response }) => answer(response, 200, 'text/plain', 'ok')],
  [
    'GET',
    /^\/readyz$/,
    async ({ response }) => {
      await tasks.check();
      answer(response, 200, 'text/plain', 'ok');
    },
  ],
  [
    'GET',
    /^\/$/,
    async ({ response }) =>
      answer(response, 200, 'text/html', page({ title, servedBy: hostname(), tasks: await tasks.list() })),
  ],
  [
    'GET',
    /^\/about$/,
    async ({ response }) => {
      const config = await readConfigMap('task-manager');
      answer(response, 200, 'application/json', JSON.stringify({ servedBy: hostname(), config }));
    },
  ],
  [
    'GET',
    /^\/tasks$/,
    async ({ response }) => answer(response, 200, 'application/json', JSON.stringify(await tasks.list())),
  ],
  [
    'POST',
    /^\/tasks$/,
    async ({ request, response }) => {
      const wanted = (await readForm(request)).get('title')?.trim();
      if (wanted) await tasks.add(wanted);
      backToPage(response);
    },
  ],
  [
    'POST',
    /^\/tasks\/(\d+)\/toggle$/,
    async ({ response, id }) => {
      await tasks.toggle(id);
      backToPage(response);
    },
  ],
  [
    'POST',
    /^\/tasks\/(\d+)\/remove$/,
    async ({ response, id }) => {
      await tasks.remove(id);
      backToPage(response);
    },
  ],
];

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  for (const [method, pattern, run] of routes) {
    const match = pattern.exec(path);
    if (match && method === request.method) return run({ request, response, id: Number(match[1] ?? 0) });
  }
  answer(response, 404, 'text/plain', 'not found');
}

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`${request.method} ${request.url}: ${why}`);
    if (!response.headersSent) answer(response, 503, 'text/plain', `not available: ${why}`);
    else response.destroy();
  });
});

server.listen(8080, () => console.log('listening on 8080'));
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
