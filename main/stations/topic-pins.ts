/** Follows chosen numbers inside JSON payloads through every message, also those the window is not shown. */
import type { TopicPin, TopicPoint } from '../../preload/shapes-topics.ts';
import { jsonOf, valueAt } from './json-pointer.ts';
import type { Kept } from './topic-ring.ts';

export type TopicPins = {
  readonly set: (pins: readonly TopicPin[]) => void;
  readonly add: (message: Kept) => void;
  /** What each number did since the last call; a number that did not come is left out. */
  readonly take: () => readonly TopicPoint[];
};

export function createTopicPins(): TopicPins {
  let byTopic: ReadonlyMap<string, readonly TopicPin[]> = new Map();
  let points = new Map<string, TopicPoint>();
  return {
    set: (pins) => {
      const next = new Map<string, TopicPin[]>();
      for (const pin of pins) next.set(pin.topic, [...(next.get(pin.topic) ?? []), pin]);
      byTopic = next;
    },
    add: (message) => {
      const pins = byTopic.get(message.topic);
      if (pins === undefined) return;
      const document = jsonOf(message.payload);
      for (const { id, path } of pins) {
        const value = valueAt(document, path);
        if (typeof value !== 'number') continue;
        const point = points.get(id);
        points.set(id, {
          id,
          at: message.at,
          least: Math.min(point?.least ?? value, value),
          most: Math.max(point?.most ?? value, value),
          last: value,
          count: (point?.count ?? 0) + 1,
        });
      }
    },
    take: () => {
      const taken = [...points.values()];
      points = new Map();
      return taken;
    },
  };
}
