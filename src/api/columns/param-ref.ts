import type { ParamRef } from '#gen/admissionregistration/v1.ts';

/** `namespace/name`, or `*` in place of a name chosen by a selector. */
export function paramRefCell(ref: ParamRef | undefined): string {
  if (!ref) return '<unset>';
  const name = ref.name || '*';
  return ref.namespace ? `${ref.namespace}/${name}` : name;
}
