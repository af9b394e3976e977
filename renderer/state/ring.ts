/** A bounded list that forgets its oldest items; reading it costs only what is read. */

export type Ring<Item> = {
  readonly push: (item: Item) => void;
  readonly clear: () => void;
  readonly size: () => number;
  /** Newest first. */
  readonly newestFirst: () => readonly Item[];
};

/** `capacity` is the most items kept, at least 1. */
export function createRing<Item>(capacity: number): Ring<Item> {
  let items: Item[] = [];
  let next = 0;
  return {
    push: (item) => {
      items[next] = item;
      next = (next + 1) % capacity;
    },
    clear: () => {
      items = [];
      next = 0;
    },
    size: () => items.length,
    newestFirst: () => [...items.slice(0, next).reverse(), ...items.slice(next).reverse()],
  };
}
