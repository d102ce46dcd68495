import type { Task } from './tasks.ts';

export interface PageModel {
  readonly title: string;
  readonly servedBy: string;
  readonly tasks: readonly Task[];
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);

const row = ({ id, title, done }: Task) => `
    <li class="${done ? 'done' : 'open'}">
      <form method="post" action="/tasks/${id}/toggle"><button aria-label="toggle">${done ? '☑' : '☐'}</button></form>
      <span>${escape(title)}</span>
      <form method="post" action="/tasks/${id}/remove"><button aria-label="remove">✕</button></form>
    </li>`;

/** The whole page; works without any script in the browser. */
export function page({ title, servedBy, tasks }: PageModel): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>${escape(title)}</title>
  <style>
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem; color: #1b2733; }
    ul { list-style: none; padding: 0; }
    li { display: flex; gap: .75rem; align-items: center; padding: .4rem 0; border-bottom: 1px solid #dde4ea; }
    li span { flex: 1; }
    li.done span { text-decoration: line-through; color: #7b8a97; }
    button { font: inherit; border: 0; background: none; cursor: pointer; }
    .add { display: flex; gap: .5rem; }
    .add input { flex: 1; font: inherit; padding: .4rem; }
    .add button { background: #0b6bcb; color: white; border-radius: .3rem; padding: .4rem 1rem; }
    footer { margin-top: 2rem; color: #7b8a97; font-size: .85rem; }
  </style>
</head>
<body>
  <h1>${escape(title)}</h1>
  <form class="add" method="post" action="/tasks">
    <input name="title" placeholder="What is to be done?" required autofocus>
    <button>Add</button>
  </form>
  <ul>${tasks.map(row).join('')}
  </ul>
  <footer>served by ${escape(servedBy)}</footer>
</body>
</html>
`;
}
