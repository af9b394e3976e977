/** The keys of a bucket in UTF-8 order, kept sorted lazily so that bulk writes stay cheap and listing stays fast. */

export type SortedKeys = {
  /** The key must not be there yet. */
  readonly add: (key: string) => void;
  readonly remove: (key: string) => void;
  readonly at: (position: number) => string | undefined;
  /** Position of the first key that is not below `key`. */
  readonly firstFrom: (key: string) => number;
  /** Position of the first key behind all that begin with `prefix`. */
  readonly firstPast: (prefix: string) => number;
};

export function openSortedKeys(): SortedKeys {
  let sorted: string[] = [];
  let added = new Set<string>();

  const settle = (): readonly string[] => {
    if (added.size > 0) {
      sorted = merge(sorted, [...added].sort(compareUtf8));
      added = new Set();
    }
    return sorted;
  };
  const search = (isBefore: (key: string) => boolean): number => {
    const keys = settle();
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(keys[middle] ?? '')) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    add: (key) => {
      const last = sorted.at(-1);
      // Time prefixes arrive in order: nothing to sort.
      if (added.size === 0 && (last === undefined || compareUtf8(last, key) < 0)) sorted.push(key);
      else added.add(key);
    },
    remove: (key) => {
      if (added.delete(key)) return;
      const position = search((candidate) => compareUtf8(candidate, key) < 0);
      if (sorted[position] === key) sorted.splice(position, 1);
    },
    at: (position) => settle()[position],
    firstFrom: (key) => search((candidate) => compareUtf8(candidate, key) < 0),
    firstPast: (prefix) => search((candidate) => candidate.startsWith(prefix) || compareUtf8(candidate, prefix) < 0),
  };
}

function merge(left: readonly string[], right: readonly string[]): string[] {
  const merged: string[] = [];
  let from = 0;
  for (const key of right) {
    for (let next = left[from]; next !== undefined && compareUtf8(next, key) < 0; next = left[++from])
      merged.push(next);
    merged.push(key);
  }
  for (let next = left[from]; next !== undefined; next = left[++from]) merged.push(next);
  return merged;
}

/** JavaScript compares UTF-16 units, which puts characters beyond the basic plane before U+E000; AWS lists by UTF-8 bytes. */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
