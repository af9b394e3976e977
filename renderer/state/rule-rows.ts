/** The builder's rows as SQL, and literals as a person types them. */
import type { RuleRows } from '../../preload/shapes-rules.ts';

/** What is not filled in yet is left out, so that the SQL stays one that can be read. */
export function printRows({ columns, topicFilter, joined, conditions }: RuleRows): string {
  const selected = columns
    .filter(({ field }) => field !== '')
    .map(({ field, alias }) => (alias === '' ? field : `${field} AS ${alias}`));
  const wanted = conditions
    .filter(({ field, value }) => field !== '' && value !== '')
    .map(({ field, operator, value }) => `${field} ${operator} ${literalOf(value)}`);
  const lines = [`SELECT ${selected.length === 0 ? '*' : selected.join(', ')}`, `FROM '${topicFilter}'`];
  if (wanted.length > 0) lines.push(`WHERE ${wanted.join(` ${joined} `)}`);
  return lines.join('\n');
}

/** A number, a truth value, null or a text in quotes stays; anything else becomes text. */
function literalOf(typed: string): string {
  const text = typed.trim();
  if (/^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null|'[^']*'|"[^"]*")$/i.test(text)) return text;
  return text.includes("'") ? `"${text.replaceAll('"', '')}"` : `'${text}'`;
}
