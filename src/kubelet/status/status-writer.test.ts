import { describe, expect, it } from 'vitest';
import type { Client } from '#client/client.ts';
import type { Pod, PodStatus } from '#gen/core/v1.ts';
import { difference, statusPublisher } from './status-writer.ts';

const pod: Pod = {
  metadata: { name: 'p', namespace: 'default', uid: 'u' } as Pod['metadata'],
  spec: { containers: [] },
  status: {},
};

describe('the difference of two statuses', () => {
  it.each<[string, PodStatus, PodStatus, object]>([
    ['nothing', { phase: 'Running' }, { phase: 'Running' }, {}],
    ['a new field', {}, { phase: 'Running' }, { phase: 'Running' }],
    ['a field that is gone', { reason: 'x' }, {}, { reason: null }],
    ['an absent field is no difference', { reason: undefined }, {}, {}],
    [
      'addresses are replaced',
      { podIPs: [{ ip: 'a' }] },
      { podIPs: [{ ip: 'b' }] },
      { podIPs: [{ ip: 'b' }, { $patch: 'replace' }] },
    ],
  ])('%s', (_, before, after, changes) => expect(difference(before, after)).toEqual(changes));
});

describe('a publisher', () => {
  /** An API that answers each write only when told to. */
  const slowApi = () => {
    const writes: { status: PodStatus; answer: (status: PodStatus) => void; fail: (error: Error) => void }[] = [];
    const patch = (_resource: unknown, _key: unknown, { patch: body }: { patch: { status: PodStatus } }) =>
      new Promise<Pod>((resolve, reject) => {
        writes.push({ status: body.status, answer: (status) => resolve({ ...pod, status }), fail: reject });
      });
    return { writes, client: { patch } as unknown as Client };
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('writes one at a time, and of those that wait only the newest', async () => {
    const { writes, client } = slowApi();
    const seen: unknown[] = [];
    const publisher = statusPublisher(client, ({ status }) => seen.push(status?.phase));
    publisher.publish(pod, { phase: 'Pending' });
    publisher.publish(pod, { phase: 'Pending', podIP: '10.0.0.1' });
    publisher.publish(pod, { phase: 'Running', podIP: '10.0.0.1' });
    await turn();
    expect(writes.map(({ status }) => status)).toEqual([{ phase: 'Pending' }]);
    writes[0]?.answer({ phase: 'Pending' });
    await turn();
    expect(writes[1]?.status).toEqual({ phase: 'Running', podIP: '10.0.0.1' });
    writes[1]?.answer({ phase: 'Running', podIP: '10.0.0.1' });
    await publisher.settled();
    expect(seen).toEqual(['Pending', 'Running']);
  });

  it('writes only what differs from the last answer', async () => {
    const { writes, client } = slowApi();
    const publisher = statusPublisher(client, () => {});
    publisher.publish(pod, { phase: 'Pending' });
    publisher.publish(pod, { phase: 'Pending' });
    await turn();
    writes[0]?.answer({ phase: 'Pending' });
    await publisher.settled();
    expect(writes).toHaveLength(1);
  });

  it('tells whoever waits that a write failed', async () => {
    const { writes, client } = slowApi();
    const publisher = statusPublisher(client, () => {});
    publisher.publish(pod, { phase: 'Pending' });
    await turn();
    const settled = publisher.settled();
    writes[0]?.fail(new Error('down'));
    await expect(settled).rejects.toThrow('down');
    publisher.publish(pod, { phase: 'Pending' });
    await turn();
    expect(writes).toHaveLength(2);
    writes[1]?.answer({ phase: 'Pending' });
    await publisher.settled();
  });
});
