/** A sorted set of texts in small blocks: adding, removing and seeking stay cheap with millions of keys in any order. */

/** What is kept beside a key: two plain numbers, which cost far less memory than an object. */
export type Slot = { readonly position: number; readonly length: number };

export type OrderedKeys = {
  /** Adds the key, or gives it another slot; answers with the one it had, undefined for a new key. */
  readonly put: (key: string, slot: Slot) => Slot | undefined;
  /** Answers with the slot that the key had. */
  readonly remove: (key: string) => Slot | undefined;
  readonly slot: (key: string) => Slot | undefined;
  /** Keys from the first one that is not below `from`, upwards. The set must not change while it is walked. */
  readonly upFrom: (from: string) => Iterable<string>;
  /** Keys from the last one that is below `below`, downwards. Null: from the very last. */
  readonly downFrom: (below: string | null) => Iterable<string>;
  readonly size: () => number;
};

type Block = { readonly keys: string[]; readonly positions: number[]; readonly lengths: number[] };

const BLOCK_KEYS = 512;
export const NO_SLOT: Slot = { position: 0, length: 0 };

/** Without slots every slot is `NO_SLOT`. */
export function openOrderedKeys({ hasSlots }: { readonly hasSlots: boolean }): OrderedKeys {
  /** Never an empty block beside the only one. */
  const blocks: Block[] = [{ keys: [], positions: [], lengths: [] }];
  let count = 0;

  /** The block in which `key` lies or belongs: the last one whose first key is not above it. */
  const blockOf = (key: string): number => {
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((blocks[middle]?.keys[0] ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const keysOf = (number: number): readonly string[] => blocks[number]?.keys ?? [];
  const slotAt = ({ positions, lengths }: Block, at: number): Slot =>
    hasSlots ? { position: positions[at] ?? 0, length: lengths[at] ?? 0 } : NO_SLOT;

  return {
    put: (key, { position, length }) => {
      const number = blockOf(key);
      const block = blocks[number];
      if (block === undefined) return undefined;
      const { keys, positions, lengths } = block;
      const at = firstNotBelow(keys, key);
      if (keys[at] === key) {
        const before = slotAt(block, at);
        if (hasSlots) {
          positions[at] = position;
          lengths[at] = length;
        }
        return before;
      }
      count++;
      keys.splice(at, 0, key);
      if (hasSlots) {
        positions.splice(at, 0, position);
        lengths.splice(at, 0, length);
      }
      if (keys.length > BLOCK_KEYS) {
        // What arrives in order fills its blocks; anything else is split in halves.
        const cut = at === keys.length - 1 ? BLOCK_KEYS : BLOCK_KEYS / 2;
        const right = { keys: keys.splice(cut), positions: positions.splice(cut), lengths: lengths.splice(cut) };
        blocks.splice(number + 1, 0, right);
      }
      return undefined;
    },
    remove: (key) => {
      const number = blockOf(key);
      const block = blocks[number];
      if (block === undefined) return undefined;
      const at = firstNotBelow(block.keys, key);
      if (block.keys[at] !== key) return undefined;
      const before = slotAt(block, at);
      count--;
      block.keys.splice(at, 1);
      block.positions.splice(at, 1);
      block.lengths.splice(at, 1);
      if (block.keys.length === 0 && blocks.length > 1) blocks.splice(number, 1);
      return before;
    },
    slot: (key) => {
      const block = blocks[blockOf(key)];
      if (block === undefined) return undefined;
      const at = firstNotBelow(block.keys, key);
      return block.keys[at] === key ? slotAt(block, at) : undefined;
    },
    *upFrom(from) {
      const start = blockOf(from);
      let position = firstNotBelow(keysOf(start), from);
      for (let number = start; number < blocks.length; number++) {
        const block = keysOf(number);
        for (; position < block.length; position++) yield block[position] ?? '';
        position = 0;
      }
    },
    *downFrom(below) {
      const start = below === null ? blocks.length - 1 : blockOf(below);
      const first = keysOf(start);
      let position = (below === null ? first.length : firstNotBelow(first, below)) - 1;
      for (let number = start; number >= 0; number--) {
        const block = keysOf(number);
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
