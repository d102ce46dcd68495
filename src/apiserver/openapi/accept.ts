/** The protobuf form, in the spelling that clients send now and the one they sent before (where `@` was not yet). */
export const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

export type OpenApiType = 'application/json' | typeof V2_PROTOBUF;

/** What `/openapi/v2` answers with; undefined when nothing fits. The older spelling is answered with the newer. */
export function negotiateOpenApi(accept = ''): OpenApiType | undefined {
  const wanted = accept
    .split(',')
    .map((part) => part.split(';')[0]?.trim().toLowerCase() ?? '')
    .filter((part) => part !== '');
  if (wanted.length === 0) return 'application/json';
  for (const type of wanted) {
    if (type === '*/*' || type === 'application/*' || type === 'application/json') return 'application/json';
    if (type === V2_PROTOBUF || type === V2_PROTOBUF.replace('v2.v1', 'v2@v1')) return V2_PROTOBUF;
  }
  return undefined;
}
