import { isObject } from '../patch/json-value.ts';

/**
 * A set of places in an object, as a tree: a node may itself be in the set, and have places below it. The steps are
 * those of fieldsV1: `f:<field>`, `k:{"name":"x"}`, `v:"value"`. Source: structured-merge-diff, fieldpath.
 */
export interface FieldSet {
  readonly isMember: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

/** A set while it is being built. */
export interface FieldSetBuilder {
  isMember: boolean;
  readonly children: Map<string, FieldSetBuilder>;
}

export const newSet = (): FieldSetBuilder => ({ isMember: false, children: new Map() });
export const emptySet: FieldSet = newSet();

export const isEmpty = ({ isMember, children }: FieldSet): boolean => !isMember && children.size === 0;

export function childOf(set: FieldSetBuilder, step: string): FieldSetBuilder {
  const known = set.children.get(step);
  if (known) return known;
  const made = newSet();
  set.children.set(step, made);
  return made;
}

/** Reads `fieldsV1`: `{}` is a member, `.` beside other keys too. */
export function parseFields(fields: Readonly<Record<string, unknown>> | undefined): FieldSet {
  const set = newSet();
  for (const [step, below] of Object.entries(fields ?? {})) {
    if (step !== '.') set.children.set(step, parseBelow(below));
  }
  return set;
}

function parseBelow(below: unknown): FieldSetBuilder {
  const keys = isObject(below) ? below : {};
  const set = newSet();
  set.isMember = Object.keys(keys).length === 0 || '.' in keys;
  for (const [step, inner] of Object.entries(keys)) if (step !== '.') set.children.set(step, parseBelow(inner));
  return set;
}

/** Writes `fieldsV1`, with its keys in order. */
export function formatFields({ isMember, children }: FieldSet): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (isMember && children.size > 0) fields['.'] = {};
  for (const step of [...children.keys()].sort()) {
    const child = children.get(step);
    if (child && !isEmpty(child)) fields[step] = formatFields(child);
  }
  return fields;
}

type Rule = (inA: boolean, inB: boolean) => boolean;

function combine(a: FieldSet | undefined, b: FieldSet | undefined, rule: Rule): FieldSet {
  const set = newSet();
  set.isMember = rule(a?.isMember ?? false, b?.isMember ?? false);
  for (const step of new Set([...(a?.children.keys() ?? []), ...(b?.children.keys() ?? [])])) {
    const child = combine(a?.children.get(step), b?.children.get(step), rule);
    if (!isEmpty(child)) set.children.set(step, child as FieldSetBuilder);
  }
  return set;
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (inA, inB) => inA || inB);
export const difference = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (inA, inB) => inA && !inB);
export const intersection = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (inA, inB) => inA && inB);

/** `a` without the named branches and all that is below them: paths as lists of steps. */
export function withoutBranches(set: FieldSet, branches: readonly (readonly string[])[]): FieldSet {
  return branches.reduce<FieldSet>((left, path) => withoutBranch(left, path), set);
}

function withoutBranch(set: FieldSet, [step, ...rest]: readonly string[]): FieldSet {
  const child = step === undefined ? undefined : set.children.get(step);
  if (step === undefined || !child) return set;
  const children = new Map(set.children);
  const cut = rest.length === 0 ? emptySet : withoutBranch(child, rest);
  if (isEmpty(cut)) children.delete(step);
  else children.set(step, cut);
  return { isMember: set.isMember, children };
}

/** All members as upstream writes them in messages: `.spec.containers[name="c"].image`. */
export function* pathsOf(set: FieldSet, lead = ''): Generator<string> {
  if (set.isMember) yield lead;
  for (const step of [...set.children.keys()].sort()) {
    const child = set.children.get(step);
    if (child) yield* pathsOf(child, `${lead}${stepText(step)}`);
  }
}

function stepText(step: string): string {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return `.${rest}`;
  if (step.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}
