/** What is wrong with a topic filter or a topic, said before the target has to: MQTT 3.1.1 section 4.7 and AWS's limits. */

export type FilterFault = 'empty' | 'hash' | 'plus' | 'long' | 'deep' | 'shared';
export type TopicFault = 'empty' | 'wildcard' | 'long' | 'deep';

/** AWS: 256 bytes of UTF-8 and 7 slashes. */
const MOST_BYTES = 256;
const MOST_LEVELS = 8;

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

/** Null when nothing is. */
export function faultOfFilter(filter: string): FilterFault | null {
  if (filter === '') return 'empty';
  if (bytesOf(filter) > MOST_BYTES) return 'long';
  if (filter.startsWith('$share/')) return 'shared';
  const levels = filter.split('/');
  if (levels.some((level, index) => level.includes('#') && (level !== '#' || index < levels.length - 1))) return 'hash';
  if (levels.some((level) => level.includes('+') && level !== '+')) return 'plus';
  return isDeep(filter) ? 'deep' : null;
}

/** Null when nothing is. */
export function faultOfTopic(topic: string): TopicFault | null {
  if (topic === '') return 'empty';
  if (/[+#]/.test(topic)) return 'wildcard';
  if (bytesOf(topic) > MOST_BYTES) return 'long';
  return isDeep(topic) ? 'deep' : null;
}

/** The head of a Basic Ingest topic does not count. */
function isDeep(text: string): boolean {
  return text.replace(/^\$aws\/rules\/[^/]+\//, '').split('/').length > MOST_LEVELS;
}
