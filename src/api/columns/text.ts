export const NONE = '<none>';
export const UNSET = '<unset>';

export const orNone = (text: string | undefined): string => text || NONE;

/** The first three, and how many more. Source: pkg/printers/internalversion/printers.go, listWithMoreString. */
export function firstThree(list: readonly string[]): string {
  const shown = list.slice(0, 3).join(',');
  return list.length > 3 ? `${shown} + ${list.length - 3} more...` : shown;
}

/** A boolean as upstream's cells spell it. */
export function booleanCell(value: boolean | undefined): string {
  if (value === undefined) return UNSET;
  return value ? 'True' : 'False';
}
