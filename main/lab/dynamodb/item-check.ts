/** Whether an item may lie in a table: its key, the keys of the indexes, its size. */
import type { Item } from '../services.ts';
import { itemSize, MAX_ITEM_BYTES } from './attribute.ts';
import { belongsToIndex, checkKeyParts } from './key-text.ts';
import { invalid } from './refusals.ts';
import type { Table } from './table.ts';

const TOO_LARGE = 'Item size has exceeded the maximum allowed size';

/** Throws AwsError ValidationException. */
export function checkItem(table: Table, item: Item, tooLarge = TOO_LARGE): void {
  const { key, indexes } = table.record();
  checkKeyParts(key, item);
  for (const index of indexes) belongsToIndex(index.key, index.name, item);
  if (itemSize(item) > MAX_ITEM_BYTES) throw invalid(tooLarge);
}
