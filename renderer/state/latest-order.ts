/** The order of the table of latest values, and how its fields are written. */
import type { TopicLatest } from '../../preload/shapes-topics.ts';

export type LatestSort = {
  /** A number is the place of a chosen field. */
  readonly by: 'topic' | 'count' | 'at' | number;
  readonly isDescending: boolean;
  /** The same column again sorts again. */
  readonly clicks: number;
};

/** Topics in order; `search` is in lower case. Missing values come last. */
export function orderOf(
  latest: ReadonlyMap<string, TopicLatest>,
  { by, isDescending }: LatestSort,
  search: string,
): readonly string[] {
  const rows = [...latest.values()].filter(({ topic }) => search === '' || topic.toLowerCase().includes(search));
  const sign = isDescending ? -1 : 1;
  const byTopic = (a: TopicLatest, b: TopicLatest) => a.topic.localeCompare(b.topic, 'en', { numeric: true });
  const compare = (a: TopicLatest, b: TopicLatest): number => {
    if (by === 'topic') return sign * byTopic(a, b);
    if (by === 'count' || by === 'at') return sign * (a[by] - b[by]) || byTopic(a, b);
    return compareValues(a.values[by] ?? null, b.values[by] ?? null, sign) || byTopic(a, b);
  };
  return rows.sort(compare).map(({ topic }) => topic);
}

function compareValues(a: string | null, b: string | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const numbers = Number(a) - Number(b);
  return sign * (Number.isNaN(numbers) ? a.localeCompare(b, 'en', { numeric: true }) : numbers);
}

/** `air_temperature.value` as a JSON Pointer; a path that begins with a slash is one already. */
export function pointerOf(path: string): string {
  if (path.startsWith('/')) return path;
  const steps = path.split('.').map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1'));
  return `/${steps.join('/')}`;
}

/** The way back, as people write it. */
export function pathOf(pointer: string): string {
  return pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
}
