/** Finds the subscribers whose topic filters match a topic, without looking at every filter. */

export type TopicTree = {
  /** Pairs of filter and member. */
  readonly size: () => number;
  readonly add: (filter: string, member: string) => void;
  readonly remove: (filter: string, member: string) => void;
  /** Each member once, by the rules of MQTT 3.1.1 (4.7): `a/#` matches `a` too, and a wildcard in front no topic that begins with `$`. */
  readonly match: (topic: string) => readonly string[];
};

type Node = { readonly children: Map<string, Node>; readonly members: Set<string> };

export function openTopicTree(): TopicTree {
  const root = emptyNode();
  let size = 0;

  const find = (node: Node, levels: readonly string[], index: number, found: Set<string>, isPlain: boolean): void => {
    if (isPlain) for (const member of node.children.get('#')?.members ?? []) found.add(member);
    const level = levels[index];
    if (level === undefined) {
      for (const member of node.members) found.add(member);
      return;
    }
    const exact = node.children.get(level);
    if (exact !== undefined) find(exact, levels, index + 1, found, true);
    const any = isPlain ? node.children.get('+') : undefined;
    if (any !== undefined) find(any, levels, index + 1, found, true);
  };

  return {
    size: () => size,
    add: (filter, member) => {
      let node = root;
      for (const level of filter.split('/')) {
        const next = node.children.get(level) ?? emptyNode();
        node.children.set(level, next);
        node = next;
      }
      if (node.members.has(member)) return;
      node.members.add(member);
      size++;
    },
    remove: (filter, member) => {
      const path: { readonly node: Node; readonly level: string }[] = [];
      let node = root;
      for (const level of filter.split('/')) {
        const next = node.children.get(level);
        if (next === undefined) return;
        path.push({ node, level });
        node = next;
      }
      if (!node.members.delete(member)) return;
      size--;
      // Branches that lead nowhere go, from the end.
      for (const step of path.reverse()) {
        const child = step.node.children.get(step.level);
        if (child === undefined || child.members.size > 0 || child.children.size > 0) return;
        step.node.children.delete(step.level);
      }
    },
    match: (topic) => {
      if (size === 0) return [];
      const found = new Set<string>();
      find(root, topic.split('/'), 0, found, !topic.startsWith('$'));
      return [...found];
    },
  };
}

function emptyNode(): Node {
  return { children: new Map(), members: new Set() };
}

/** Whether one filter matches one topic, by the same rules. */
export function filterMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  if (topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'))) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
