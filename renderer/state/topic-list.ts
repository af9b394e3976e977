/** The rows of one subscription as the window lists them, kept in step with the batches of the source. */
import type { TopicBatch, TopicRow } from '../../preload/shapes-topics.ts';

/** Newest first; at most `most` rows. A refill replaces the list. */
export function withRows(
  listed: readonly TopicRow[],
  batch: Pick<TopicBatch, 'rows' | 'isRefill'>,
  most: number,
): readonly TopicRow[] {
  if (batch.isRefill) return batch.rows.slice(0, most);
  if (batch.rows.length === 0) return listed;
  return [...batch.rows, ...listed].slice(0, most);
}

/** A text cut into what was searched for and the rest: odd places are matches, in any case. */
export function highlighted(text: string, search: string): readonly string[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return [text];
  const lower = text.toLowerCase();
  // Some letters grow in lower case; then places no longer agree and nothing is marked.
  if (lower.length !== text.length) return [text];
  const pieces: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0 && pieces.length < 40; at = lower.indexOf(wanted, from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...pieces, text.slice(from)];
}
