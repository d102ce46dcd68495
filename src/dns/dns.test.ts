import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import packet from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeObject, keyOf } from '#apimachinery/object.ts';
import { fakeClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import type { Informer, InformerSet } from '#client/informer.ts';
import { type RunningDns, startDns } from './dns.ts';
import { FrameReader, framed } from './tcp.ts';

/** Informers over objects that stay as they are. */
function fixedInformers(objects: Record<string, KubeObject[]>): InformerSet {
  return {
    for<T extends KubeObject>(resource: Informer<T>['resource']): Informer<T> {
      const all = (objects[resource.plural] ?? []) as T[];
      const indexes = new Map<string, (object: T) => readonly string[]>();
      return {
        resource,
        hasSynced: true,
        get: (key) => all.find((object) => keyOf(object) === key),
        list: () => all,
        byIndex: (index, value) => all.filter((object) => indexes.get(index)?.(object).includes(value)),
        addIndex: (name, valuesOf) => void indexes.set(name, valuesOf),
        onChange: () => () => {},
      };
    },
    synced: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

const service = (name: string, spec: object) =>
  ({ metadata: { name, namespace: 'default' }, spec }) as unknown as KubeObject;
const slice = (of: string, endpoints: object[], ports: object[]) =>
  ({
    metadata: { name: `${of}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': of } },
    endpoints,
    ports,
  }) as unknown as KubeObject;

const many = Array.from({ length: 60 }, (_, index) => ({
  addresses: [`10.2.0.${index + 1}`],
  conditions: { ready: true },
}));
const informers = fixedInformers({
  namespaces: [{ metadata: { name: 'default' } } as KubeObject],
  services: [
    service('web', {
      clusterIP: '10.96.0.7',
      clusterIPs: ['10.96.0.7', 'fd00::7'],
      ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
    }),
    service('db', { clusterIP: 'None', ports: [{ name: 'sql', port: 5432 }] }),
    service('late', { clusterIP: 'None', publishNotReadyAddresses: true }),
    service('idle', { clusterIP: 'None' }),
    service('many', { clusterIP: 'None' }),
    service('ext', { type: 'ExternalName', externalName: 'example.com' }),
  ],
  endpointslices: [
    slice(
      'db',
      [
        { addresses: ['10.1.0.1'], hostname: 'db-0', conditions: { ready: true } },
        { addresses: ['10.1.0.2'] },
        { addresses: ['10.1.0.3'], conditions: { ready: false } },
      ],
      [{ name: 'sql', port: 5432, protocol: 'TCP' }],
    ),
    slice('late', [{ addresses: ['10.1.0.9'], conditions: { ready: false } }], []),
    slice('many', many, []),
  ],
});

let dns: RunningDns;
let outside: string[] = [];
const clock = fakeClock();

beforeAll(async () => {
  dns = await startDns({
    informers,
    listen: [{ address: '127.0.0.1', port: 0 }],
    log: silentLogger,
    clock,
    async exchange(query) {
      const { id, questions = [] } = packet.decode(query);
      const name = questions[0]?.name ?? '';
      outside.push(name);
      if (name === 'broken.example') throw new Error('no route');
      const isGone = name === 'gone.example';
      return packet.encode({
        type: 'response',
        id: id ?? 0,
        flags: isGone ? 3 : 0,
        questions,
        answers: isGone ? [] : [{ type: 'A', name, ttl: 300, data: '192.0.2.1' }],
      });
    },
  });
});
afterAll(() => dns[Symbol.asyncDispose]());

type Reply = packet.DecodedPacket & { rcode?: string };
const encode = (name: string, type: string, udpPayloadSize?: number) =>
  packet.encode({
    type: 'query',
    id: 77,
    flags: packet.RECURSION_DESIRED,
    questions: [{ name, type: type as packet.RecordType }],
    additionals: udpPayloadSize
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize,
            flags: 0,
            options: [],
            extendedRcode: 0,
            ednsVersion: 0,
            flag_do: false,
          },
        ]
      : [],
  });

async function send(bytes: Buffer): Promise<Reply> {
  const socket = createSocket('udp4');
  try {
    socket.send(bytes, dns.listening[0]?.port ?? 0, '127.0.0.1');
    const [reply] = (await once(socket, 'message', { signal: AbortSignal.timeout(5_000) })) as [Buffer];
    return packet.decode(reply);
  } finally {
    socket.close();
  }
}
const ask = (name: string, type = 'A', udpPayloadSize?: number) => send(encode(name, type, udpPayloadSize));
const data = ({ answers = [] }: Reply) => answers.map((one) => ('data' in one ? one.data : undefined));

describe('names of the cluster', () => {
  it.each([
    ['web.default.svc.cluster.local', 'A', ['10.96.0.7']],
    ['web.default.svc.cluster.local', 'AAAA', ['fd00::7']],
    ['db.default.svc.cluster.local', 'A', ['10.1.0.1', '10.1.0.2']],
    ['db-0.db.default.svc.cluster.local', 'A', ['10.1.0.1']],
    ['10-1-0-2.db.default.svc.cluster.local', 'A', ['10.1.0.2']],
    ['late.default.svc.cluster.local', 'A', ['10.1.0.9']],
    ['10-1-2-3.default.pod.cluster.local', 'A', ['10.1.2.3']],
    [
      '_http._tcp.web.default.svc.cluster.local',
      'SRV',
      [{ priority: 0, weight: 100, port: 80, target: 'web.default.svc.cluster.local' }],
    ],
    ['7.0.96.10.in-addr.arpa', 'PTR', ['web.default.svc.cluster.local']],
    ['1.0.1.10.in-addr.arpa', 'PTR', ['db-0.db.default.svc.cluster.local']],
    [
      '7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa',
      'PTR',
      ['web.default.svc.cluster.local'],
    ],
    ['dns-version.cluster.local', 'TXT', [[Buffer.from('1.1.0')]]],
    ['ext.default.svc.cluster.local', 'A', ['example.com', '192.0.2.1']],
  ])('%s %s', async (name, type, wanted) => {
    const reply = await ask(name, type);
    expect(reply.rcode).toBe('NOERROR');
    expect(data(reply)).toEqual(wanted);
    expect(reply.flag_aa).toBe(true);
  });

  it('adds the addresses of SRV targets', async () => {
    const reply = await ask('_sql._tcp.db.default.svc.cluster.local', 'SRV');
    expect(data(reply)).toEqual([
      { priority: 0, weight: 50, port: 5432, target: 'db-0.db.default.svc.cluster.local' },
      { priority: 0, weight: 50, port: 5432, target: '10-1-0-2.db.default.svc.cluster.local' },
    ]);
    expect(reply.additionals?.map((one) => one.name)).toEqual([
      'db-0.db.default.svc.cluster.local',
      '10-1-0-2.db.default.svc.cluster.local',
    ]);
  });

  it.each([
    ['nothing.default.svc.cluster.local', 'A'],
    ['web.nowhere.svc.cluster.local', 'A'],
    ['nowhere.svc.cluster.local', 'A'],
    ['idle.default.svc.cluster.local', 'A'],
    ['db-9.db.default.svc.cluster.local', 'A'],
    ['_https._tcp.web.default.svc.cluster.local', 'SRV'],
    ['10-1-2-3.nowhere.pod.cluster.local', 'A'],
    ['x.default.pod.cluster.local', 'A'],
    ['a.b.c.d.e.svc.cluster.local', 'A'],
  ])('%s %s does not exist', async (name, type) => {
    const reply = await ask(name, type);
    expect(reply.rcode).toBe('NXDOMAIN');
    expect(reply.authorities?.map((one) => one.type)).toEqual(['SOA']);
  });

  it.each([
    ['web.default.svc.cluster.local', 'TXT'],
    ['db.default.svc.cluster.local', 'AAAA'],
    ['default.svc.cluster.local', 'A'],
    ['svc.cluster.local', 'A'],
    ['cluster.local', 'A'],
  ])('%s exists, without %s', async (name, type) => {
    const reply = await ask(name, type);
    expect(reply.rcode).toBe('NOERROR');
    expect(reply.answers).toEqual([]);
    expect(reply.authorities?.map((one) => one.type)).toEqual(['SOA']);
  });

  it('answers in the spelling of the question', async () => {
    const reply = await ask('Web.Default.SVC.cluster.local');
    expect(reply.answers?.map((one) => one.name)).toEqual(['Web.Default.SVC.cluster.local']);
  });
});

describe('names outside', () => {
  it('are asked for once while their answer lives', async () => {
    outside = [];
    expect(data(await ask('once.example'))).toEqual(['192.0.2.1']);
    await ask('once.example');
    expect(outside).toEqual(['once.example']);
    await clock.advance(31_000);
    await ask('once.example');
    expect(outside).toEqual(['once.example', 'once.example']);
  });

  it('may not exist, or not be answered', async () => {
    expect((await ask('gone.example')).rcode).toBe('NXDOMAIN');
    expect((await ask('broken.example')).rcode).toBe('SERVFAIL');
    expect((await ask('1.2.0.192.in-addr.arpa', 'PTR')).rcode).toBe('NOERROR');
  });
});

describe('the wire', () => {
  it('truncates what does not fit, and gives all of it over TCP', async () => {
    const name = 'many.default.svc.cluster.local';
    const short = await ask(name);
    expect(short).toMatchObject({ flag_tc: true, answers: [] });
    const socket = connect(dns.listening[0]?.port ?? 0, '127.0.0.1');
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    const frames = new FrameReader(resolve);
    socket.on('data', (chunk: Buffer) => frames.push(chunk));
    const query = framed(encode(name, 'A'));
    socket.write(query.subarray(0, 5));
    socket.write(query.subarray(5));
    expect(packet.decode(await promise).answers).toHaveLength(60);
    socket.destroy();
  });

  it('speaks EDNS to those who do', async () => {
    const reply = await ask('web.default.svc.cluster.local', 'A', 4096);
    expect(reply.additionals?.map((one) => one.type)).toEqual(['OPT']);
    expect((await ask('web.default.svc.cluster.local')).additionals).toEqual([]);
  });

  it('survives rubble', async () => {
    const rubble = Buffer.from('004d0100000100000000000000ff', 'hex');
    expect((await send(rubble)).rcode).toBe('FORMERR');
    expect((await ask('web.default.svc.cluster.local')).rcode).toBe('NOERROR');
  });
});
