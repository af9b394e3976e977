/** Topic filters of rules: which are legal, and which topics they match. */

const LONGEST_BYTES = 256;
const MOST_SLASHES = 7;

/** What is wrong with the topic as something to publish to, or undefined. Limits of AWS IoT. */
export function topicFault(topic: string): string | undefined {
  if (topic === '') return 'the topic is empty';
  if (/[+#]/.test(topic)) return 'a topic to publish to may hold no wildcard';
  return sizeFault(topic);
}

/** What is wrong with the topic filter, or undefined. */
export function filterFault(filter: string): string | undefined {
  const levels = filter.split('/');
  if (filter === '') return 'the topic filter is empty';
  if (levels.some((level) => level.includes('+') && level !== '+')) return '"+" must fill its whole level';
  if (levels.some((level, index) => level.includes('#') && (level !== '#' || index !== levels.length - 1))) {
    return '"#" must be alone in the last level';
  }
  return sizeFault(filter);
}

function sizeFault(text: string): string | undefined {
  if (text.includes('\0')) return 'a topic may hold no zero character';
  if (Buffer.byteLength(text) > LONGEST_BYTES) return `a topic has at most ${LONGEST_BYTES} bytes`;
  if (text.split('/').length - 1 > MOST_SLASHES) return `a topic has at most ${MOST_SLASHES} slashes`;
  return undefined;
}

/**
 * As the rules of AWS IoT match, which differ from MQTT in one thing: `sensor/#` matches `sensor/` and all below, but not `sensor`.
 * Wildcards in the first level do not match topics that begin with `$`.
 */
export function matchesFilter(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return levels.length > index;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
