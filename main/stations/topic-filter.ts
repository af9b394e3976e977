/** MQTT topic filters (MQTT 3.1.1, section 4.7): which are well formed, which topics they match, which other filters they include. */
import { AppError } from '../../preload/errors.ts';

/** Throws `mqtt.badFilter`. */
export function checkFilter(filter: string): void {
  const refuse = (why: string): never => {
    throw new AppError('mqtt.badFilter', `"${filter}" is not a topic filter: ${why}.`, {
      hint: 'Use + for one level, # as the last level for all that follows, e.g. weather/+/data or weather/#.',
    });
  };
  if (filter === '') refuse('it is empty');
  if (filter.includes('\0')) refuse('it holds a zero character');
  if (filter.startsWith('$share/')) refuse('shared subscriptions are not supported');
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index !== levels.length - 1))
      refuse('# must stand alone as the last level');
    if (level.includes('+') && level !== '+') refuse('+ must stand alone between slashes');
  }
}

/** AWS: at most 256 bytes and 7 slashes (`$aws/rules/<name>/` does not count), no wildcards. Throws `mqtt.badTopic`. */
export function checkTopic(topic: string): void {
  const refuse = (why: string): never => {
    throw new AppError('mqtt.badTopic', `A message cannot be published on "${topic}": ${why}.`, {
      hint: 'Write one whole topic, e.g. sensor/weather/Z0001.',
    });
  };
  if (topic === '') refuse('the topic is empty');
  if (/[+#]/.test(topic)) refuse('+ and # stand in filters, not in topics');
  if (topic.includes('\0')) refuse('it holds a zero character');
  if (Buffer.byteLength(topic) > 256) refuse('it is longer than 256 bytes');
  if (topic.replace(/^\$aws\/rules\/[^/]+\//, '').split('/').length > 8) refuse('it has more than 7 slashes');
}

/** Wildcards at the beginning leave out topics of the broker's own, which begin with $ (4.7.2). */
const isHiddenFrom = (filterLevel: string | undefined, level: string | undefined): boolean =>
  (filterLevel === '+' || filterLevel === '#') && level?.startsWith('$') === true;

export function matchesFilter(filter: string, topic: string): boolean {
  return includesFilter(filter, topic);
}

/** Every topic that `narrow` matches is matched by `wide` too; a topic is the filter that matches only itself. */
export function includesFilter(wide: string, narrow: string): boolean {
  const wideLevels = wide.split('/');
  const narrowLevels = narrow.split('/');
  if (isHiddenFrom(wideLevels[0], narrowLevels[0])) return false;
  for (const [index, level] of wideLevels.entries()) {
    // "a/#" matches "a" as well.
    if (level === '#') return true;
    const other = narrowLevels[index];
    if (other === undefined || other === '#') return false;
    if (level !== '+' && level !== other) return false;
  }
  return narrowLevels.length === wideLevels.length;
}

/** The fewest of the filters that together match the same topics: what must be asked of the broker, so that it sends no message twice. */
export function widestFilters(filters: readonly string[]): string[] {
  const unique = [...new Set(filters)];
  return unique.filter((filter) => !unique.some((other) => other !== filter && includesFilter(other, filter)));
}
