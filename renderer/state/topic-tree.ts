/** Topics as a tree of their levels, with counts and newest messages; changed in place, because floods bring hundreds of topics a batch. */
import type { TopicBatch, TopicLatest } from '../../preload/shapes-topics.ts';

export type TopicNode = {
  readonly name: string;
  /** From the root, levels joined by slashes. */
  readonly path: string;
  readonly children: Map<string, TopicNode>;
  /** Messages on this topic and all below. */
  count: number;
  /** Topics at and below. */
  topics: number;
  latest: TopicLatest | null;
  /** Epoch milliseconds of the last change at or below. */
  changedAt: number;
  isSorted: boolean;
};

export type TreeLine = { readonly node: TopicNode; readonly depth: number; readonly isOpen: boolean };

export type TopicTree = {
  readonly take: (topics: NonNullable<TopicBatch['topics']>, now: number) => void;
  /** The lines one sees: children of open nodes; with a search (in lower case) every path that holds it. */
  readonly lines: (open: ReadonlySet<string>, search: string) => readonly TreeLine[];
  readonly latest: () => ReadonlyMap<string, TopicLatest>;
  readonly notKept: () => number;
};

export function createTopicTree(): TopicTree {
  let latest = new Map<string, TopicLatest>();
  let root = nodeOf('', '');
  let notKept = 0;

  const put = (topic: TopicLatest, now: number): void => {
    const known = latest.get(topic.topic);
    latest.set(topic.topic, topic);
    const more = topic.count - (known?.count ?? 0);
    let node = root;
    const add = (to: TopicNode): void => {
      to.count += more;
      to.topics += known === undefined ? 1 : 0;
      to.changedAt = now;
    };
    add(root);
    for (const name of topic.topic.split('/')) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = nodeOf(name, node === root ? name : `${node.path}/${name}`);
        node.children.set(name, child);
        node.isSorted = false;
      }
      add(child);
      node = child;
    }
    node.latest = topic;
  };

  return {
    take: (topics, now) => {
      if (topics.isRefill) {
        latest = new Map();
        root = nodeOf('', '');
      }
      notKept = topics.notKept;
      // A refill is no news: nothing flashes.
      for (const topic of topics.changed) put(topic, topics.isRefill ? 0 : now);
    },
    lines: (open, search) => {
      const lines: TreeLine[] = [];
      const walk = (node: TopicNode, depth: number): void => {
        for (const child of sorted(node)) {
          if (search !== '' && !hasMatch(child, search)) continue;
          const isOpen = search !== '' || open.has(child.path);
          lines.push({ node: child, depth, isOpen });
          if (isOpen) walk(child, depth + 1);
        }
      };
      walk(root, 0);
      return lines;
    },
    latest: () => latest,
    notKept: () => notKept,
  };
}

function nodeOf(name: string, path: string): TopicNode {
  return { name, path, children: new Map(), count: 0, topics: 0, latest: null, changedAt: 0, isSorted: true };
}

/** Sorts the children where new ones came. */
function sorted(node: TopicNode): Iterable<TopicNode> {
  if (!node.isSorted) {
    const entries = [...node.children].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
    node.children.clear();
    for (const [name, child] of entries) node.children.set(name, child);
    node.isSorted = true;
  }
  return node.children.values();
}

function hasMatch(node: TopicNode, search: string): boolean {
  if (node.path.toLowerCase().includes(search)) return true;
  for (const child of node.children.values()) if (hasMatch(child, search)) return true;
  return false;
}
