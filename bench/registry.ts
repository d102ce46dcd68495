/** The same as `api.ts`, in process: admission, validation, storage on disk and cache, but no HTTP, TLS or encoding. */
import { pods } from '#api/core/v1/pod.ts';
import { serviceAccounts } from '#api/core/v1/service-account.ts';
import type { ApiRequest } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { line, load } from './load.ts';
import { accountBody, benchServer, podBody } from './server.ts';

const WATCHERS = 1_000;
const user = { name: 'admin', groups: ['system:masters'] };

await using bench = await benchServer();
const { handler } = bench.server;

const request = (verb: ApiRequest['verb'], rest: Partial<ApiRequest>) =>
  handler({
    verb,
    resource: pods as unknown as Resource,
    namespace: 'default',
    name: '',
    subresource: '',
    options: {},
    user,
    ...rest,
  });

await request('create', {
  resource: serviceAccounts as unknown as Resource,
  body: accountBody as unknown as ApiRequest['body'],
});
const create = (name: string) => request('create', { body: podBody(name) as unknown as ApiRequest['body'] });
for (let at = 0; at < 500; at++) await create(`listed-${at}`);

const report = [
  line('get one pod', await load({ workers: 1, seconds: 1 }, () => request('get', { name: 'listed-7' }))),
  line('list 500 pods', await load({ workers: 1, seconds: 1 }, () => request('list', {}))),
  line('create a pod, 1 client', await load({ workers: 1, seconds: 2 }, (n) => create(`one-${n}`))),
  line('create a pod, 64 clients', await load({ workers: 64, seconds: 3 }, (n) => create(`many-${n}`))),
];

const stop = new AbortController();
let delivered = 0;
async function kubelet(node: string): Promise<void> {
  const answer = await request('watch', {
    namespace: '',
    options: { fieldSelector: `spec.nodeName=${node}`, resourceVersion: String(bench.server.cache.revision) },
    signal: stop.signal,
  });
  if (answer.kind !== 'watch') throw new Error(answer.kind);
  for await (const _ of answer.events) delivered += 1;
}
const kubelets = Array.from({ length: WATCHERS }, (_, at) => kubelet(`node-${at}`));
const watched = await load({ workers: 64, seconds: 3 }, (n) => create(`watched-${n}`));
report.push(
  line(`the same, beside ${WATCHERS} kubelets`, watched),
  `events that kubelets of other nodes got: ${delivered}`,
);
stop.abort();
await Promise.all(kubelets);
process.stdout.write(`${report.join('\n')}\n`);
