import type { INamespace } from 'protobufjs/light.js';

type Field = string;

/** `{ id: 'string=1', labels: 'map<string>=3', layers: '[]Descriptor=2' }` as protobufjs fields. */
function message(fields: Readonly<Record<string, Field>>) {
  const entries = Object.entries(fields).map(([name, text]) => {
    const [type = '', id] = text.split('=');
    if (type.startsWith('map<')) return [name, { keyType: 'string', type: type.slice(4, -1), id: Number(id) }];
    if (type.startsWith('[]')) return [name, { rule: 'repeated', type: type.slice(2), id: Number(id) }];
    return [name, { type, id: Number(id) }];
  });
  return { fields: Object.fromEntries(entries) as Record<string, { type: string; id: number }> };
}

function service(
  methods: Readonly<Record<string, readonly [string, string]>>,
  streams: Readonly<Record<string, object>> = {},
) {
  const entries = Object.entries(methods).map(([name, [requestType, responseType]]) => [
    name,
    { requestType, responseType, ...streams[name] },
  ]);
  return { methods: Object.fromEntries(entries) as Record<string, { requestType: string; responseType: string }> };
}

const content: INamespace = {
  nested: {
    Content: service(
      { Write: ['WriteContentRequest', 'WriteContentResponse'] },
      { Write: { requestStream: true, responseStream: true } },
    ),
    WriteAction: { values: { STAT: 0, WRITE: 1, COMMIT: 2 } },
    WriteContentRequest: message({
      action: 'WriteAction=1',
      ref: 'string=2',
      total: 'int64=3',
      expected: 'string=4',
      offset: 'int64=5',
      data: 'bytes=6',
      labels: 'map<string>=7',
    }),
    WriteContentResponse: message({ action: 'WriteAction=1', offset: 'int64=4', total: 'int64=5', digest: 'string=6' }),
  },
};

const images: INamespace = {
  nested: {
    Images: service({
      Create: ['ImageMessage', 'ImageMessage'],
      Update: ['ImageMessage', 'ImageMessage'],
    }),
    Descriptor: message({ mediaType: 'string=1', digest: 'string=2', size: 'int64=3', annotations: 'map<string>=5' }),
    Image: message({ name: 'string=1', labels: 'map<string>=2', target: 'Descriptor=3' }),
    ImageMessage: message({ image: 'Image=1' }),
  },
};

const leases: INamespace = {
  nested: {
    Leases: service({ Create: ['CreateRequest', 'CreateResponse'], Delete: ['DeleteRequest', 'Empty'] }),
    Empty: message({}),
    CreateRequest: message({ id: 'string=1', labels: 'map<string>=3' }),
    Lease: message({ id: 'string=1' }),
    CreateResponse: message({ lease: 'Lease=1' }),
    DeleteRequest: message({ id: 'string=1', sync: 'bool=2' }),
  },
};

const any = message({ type_url: 'string=1', value: 'bytes=2' });

const events: INamespace = {
  nested: {
    Events: service({ Subscribe: ['SubscribeRequest', 'Envelope'] }, { Subscribe: { responseStream: true } }),
    Any: any,
    SubscribeRequest: message({ filters: '[]string=1' }),
    Envelope: message({ namespace: 'string=2', topic: 'string=3', event: 'Any=4' }),
  },
};

const tasks: INamespace = {
  nested: {
    Tasks: service({
      Exec: ['ExecProcessRequest', 'Empty'],
      Start: ['StartRequest', 'StartResponse'],
      Wait: ['WaitRequest', 'WaitResponse'],
      Kill: ['KillRequest', 'Empty'],
      CloseIO: ['CloseIORequest', 'Empty'],
      ResizePty: ['ResizePtyRequest', 'Empty'],
      DeleteProcess: ['DeleteProcessRequest', 'DeleteResponse'],
    }),
    Empty: message({}),
    Any: any,
    ExecProcessRequest: message({
      containerId: 'string=1',
      stdin: 'string=2',
      stdout: 'string=3',
      stderr: 'string=4',
      terminal: 'bool=5',
      spec: 'Any=6',
      execId: 'string=7',
    }),
    StartRequest: message({ containerId: 'string=1', execId: 'string=2' }),
    StartResponse: message({ pid: 'uint32=1' }),
    WaitRequest: message({ containerId: 'string=1', execId: 'string=2' }),
    WaitResponse: message({ exitStatus: 'uint32=1' }),
    KillRequest: message({ containerId: 'string=1', execId: 'string=2', signal: 'uint32=3', all: 'bool=4' }),
    CloseIORequest: message({ containerId: 'string=1', execId: 'string=2', stdin: 'bool=3' }),
    ResizePtyRequest: message({ containerId: 'string=1', execId: 'string=2', width: 'uint32=3', height: 'uint32=4' }),
    DeleteProcessRequest: message({ containerId: 'string=1', execId: 'string=2' }),
    DeleteResponse: message({ id: 'string=1', pid: 'uint32=2', exitStatus: 'uint32=3' }),
  },
};

const v1 = (namespace: INamespace): INamespace => ({ nested: { v1: namespace } });

/**
 * Those parts of containerd's own API that Timonel calls beside the CRI: content, images, leases, events, tasks.
 * Source: containerd api/services/<service>/v1.
 */
export const containerdSchema: INamespace = {
  nested: {
    containerd: {
      nested: {
        services: {
          nested: {
            content: v1(content),
            images: v1(images),
            leases: v1(leases),
            events: v1(events),
            tasks: v1(tasks),
          },
        },
      },
    },
  },
};
