/** What a person has filled in so far, and the wish it becomes. */
import type { CallInput } from '../../preload/contract.ts';

export type Draft = {
  readonly way: 'direct' | 'bulk';
  readonly count: number;
  readonly pattern: string;
  readonly first: number;
  readonly set: string | null;
  readonly thingType: string;
  readonly group: string;
  /** One `name=value` a line. */
  readonly attributes: string;
  readonly policyKind: 'own' | 'existing';
  /** Of the existing one. */
  readonly policy: string;
  /** Of its own one; null: the suggested text, untouched. */
  readonly document: string | null;
};

export const FIRST_DRAFT: Draft = {
  way: 'direct',
  count: 20,
  pattern: 'station-{n}',
  first: 1,
  set: null,
  thingType: '',
  group: '',
  attributes: '',
  policyKind: 'own',
  policy: '',
  document: null,
};

export function isPattern(text: string): boolean {
  return /^[a-zA-Z0-9:_-]{0,60}\{n\}[a-zA-Z0-9:_-]{0,60}$/.test(text);
}

/** AWS's own letters for names and values; null where a line is not `name=value`. */
export function attributesOf(text: string): Readonly<Record<string, string>> | null {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const pairs = lines.map((line) => /^([a-zA-Z0-9_.,@/:#-]{1,128})=([a-zA-Z0-9_.,@/:#=[\]-]{1,800})$/.exec(line));
  if (pairs.includes(null)) return null;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}

export function wishOf(draft: Draft, attributes: Readonly<Record<string, string>>): CallInput<'provision.start'> {
  const { way, count, pattern, first, set } = draft;
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  return {
    way,
    count,
    pattern,
    first,
    set,
    thingType: orNull(draft.thingType),
    group: orNull(draft.group),
    attributes: { ...attributes },
    policy: draft.policyKind === 'existing' ? orNull(draft.policy) : null,
    ...(draft.policyKind === 'own' && draft.document !== null ? { policyDocument: draft.document } : {}),
  };
}
