/** What both versions say alike. */
export const WRITTEN = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;

export const WRITTEN_STREAMS = [
  ...WRITTEN,
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
] as const;

export const STATUS_TEXTS: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };
