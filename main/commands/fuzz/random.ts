/** Chance that a seed repeats: a failed run can be run again exactly. */

export type Random = {
  /** From 0 to `below` - 1. */
  readonly whole: (below: number) => number;
  readonly bytes: (length: number) => Buffer;
  readonly one: <const Item>(items: readonly [Item, ...Item[]]) => Item;
};

/** The generator is mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (below: number): number => Math.floor(next() * below);
  return {
    whole,
    bytes: (length) => {
      const made = Buffer.allocUnsafe(length);
      for (let index = 0; index < length; index++) made[index] = whole(256);
      return made;
    },
    one: (items) => items[whole(items.length)] ?? items[0],
  };
}

/** The bytes with one to eight of them changed, dropped or put in. */
export function mutated(random: Random, bytes: Buffer): Buffer {
  let result = bytes;
  for (let left = 1 + random.whole(8); left > 0; left--) {
    const at = random.whole(result.length + 1);
    const behind = random.one([at, at + 1, at + 1 + random.whole(16)]);
    const put = random.one([random.bytes(1), Buffer.alloc(0), random.bytes(random.whole(16))]);
    result = Buffer.concat([result.subarray(0, at), put, result.subarray(behind)]);
  }
  return result;
}

export function cut(random: Random, bytes: Buffer): Buffer {
  return bytes.subarray(0, random.whole(bytes.length));
}
