/** A sorted set of texts in small blocks: adding, removing and seeking stay cheap with millions of keys in any order. */

export type OrderedKeys = {
  /** Adding what is there already changes nothing. */
  readonly add: (key: string) => void;
  readonly remove: (key: string) => void;
  /** Keys from the first one that is not below `from`, upwards. The set must not change while it is walked. */
  readonly upFrom: (from: string) => Iterable<string>;
  /** Keys from the last one that is below `below`, downwards. Null: from the very last. */
  readonly downFrom: (below: string | null) => Iterable<string>;
  readonly size: () => number;
};

const BLOCK_KEYS = 512;

export function openOrderedKeys(): OrderedKeys {
  /** Never an empty block beside the only one. */
  const blocks: string[][] = [[]];
  let count = 0;

  /** The block in which `key` lies or belongs: the last one whose first key is not above it. */
  const blockOf = (key: string): number => {
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((blocks[middle]?.[0] ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  return {
    add: (key) => {
      const number = blockOf(key);
      const block = blocks[number] ?? [];
      const position = firstNotBelow(block, key);
      if (block[position] === key) return;
      count++;
      if (position === block.length) block.push(key);
      else block.splice(position, 0, key);
      if (block.length <= BLOCK_KEYS) return;
      // What arrives in order fills its blocks; anything else is split in halves.
      const cut = position === block.length - 1 ? BLOCK_KEYS : BLOCK_KEYS / 2;
      blocks.splice(number + 1, 0, block.splice(cut));
    },
    remove: (key) => {
      const number = blockOf(key);
      const block = blocks[number] ?? [];
      const position = firstNotBelow(block, key);
      if (block[position] !== key) return;
      count--;
      block.splice(position, 1);
      if (block.length === 0 && blocks.length > 1) blocks.splice(number, 1);
    },
    *upFrom(from) {
      const start = blockOf(from);
      let position = firstNotBelow(blocks[start] ?? [], from);
      for (let number = start; number < blocks.length; number++) {
        const block = blocks[number] ?? [];
        for (; position < block.length; position++) yield block[position] ?? '';
        position = 0;
      }
    },
    *downFrom(below) {
      const start = below === null ? blocks.length - 1 : blockOf(below);
      const first = blocks[start] ?? [];
      let position = (below === null ? first.length : firstNotBelow(first, below)) - 1;
      for (let number = start; number >= 0; number--) {
        const block = blocks[number] ?? [];
        if (number < start) position = block.length - 1;
        for (; position >= 0; position--) yield block[position] ?? '';
      }
    },
    size: () => count,
  };
}

function firstNotBelow(block: readonly string[], key: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((block[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
