/** Both languages say the same things: the same placeholders in every sentence. */
import { expect, test } from 'vitest';
import { en } from './en.ts';
import { fr } from './fr.ts';

function sentences(text: object, path = ''): readonly (readonly [string, string])[] {
  return Object.entries(text).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? sentences(value, `${path}${key}.`)
      : [[`${path}${key}`, String(value)] as const],
  );
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

test('every French sentence takes what the English one takes', () => {
  const french = new Map(sentences(fr));
  const differing = sentences(en).filter(
    ([key, sentence]) => String(placeholders(sentence)) !== String(placeholders(french.get(key) ?? '')),
  );
  expect(differing).toEqual([]);
});
