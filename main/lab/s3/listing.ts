/** One page of a bucket listing: keys in UTF-8 order, those with the delimiter behind the prefix rolled up into common prefixes. */
import type { Bucket, StoredObject } from './bucket.ts';

/** Where the next page begins: behind a key, or behind all keys of a common prefix. */
export type Position = { readonly kind: 'key' | 'prefix'; readonly text: string };

export type ListingPage = {
  readonly objects: readonly StoredObject[];
  readonly prefixes: readonly string[];
  /** Null on the last page. */
  readonly next: Position | null;
};

/** Jumps over rolled-up keys by binary search, so a page costs no more than what it shows. `limit` 0 gives an empty last page. */
export function listPage(
  bucket: Pick<Bucket, 'keys' | 'get'>,
  options: {
    readonly prefix: string;
    /** Empty = no roll-up. */
    readonly delimiter: string;
    readonly after: Position | null;
    readonly limit: number;
  },
): ListingPage {
  const { prefix, delimiter, after, limit } = options;
  const objects: StoredObject[] = [];
  const prefixes: string[] = [];
  let last: Position | null = null;
  if (limit === 0) return { objects, prefixes, next: null };
  let position = Math.max(bucket.keys.firstFrom(prefix), startAfter(bucket, after));
  for (;;) {
    const key = bucket.keys.at(position);
    if (key === undefined || !key.startsWith(prefix)) return { objects, prefixes, next: null };
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? null : key.slice(0, end + delimiter.length);
    // A start given as the common prefix itself means that it was shown already.
    if (common !== null && common === after?.text) {
      position = bucket.keys.firstPast(common);
      continue;
    }
    if (objects.length + prefixes.length >= limit) return { objects, prefixes, next: last };
    if (common === null) {
      const object = bucket.get(key);
      if (object !== undefined) objects.push(object);
      last = { kind: 'key', text: key };
      position++;
    } else {
      prefixes.push(common);
      last = { kind: 'prefix', text: common };
      position = bucket.keys.firstPast(common);
    }
  }
}

function startAfter(bucket: Pick<Bucket, 'keys'>, after: Position | null): number {
  if (after === null) return 0;
  if (after.kind === 'prefix') return bucket.keys.firstPast(after.text);
  const position = bucket.keys.firstFrom(after.text);
  return bucket.keys.at(position) === after.text ? position + 1 : position;
}
