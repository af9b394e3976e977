/** A translated error keeps the sentence that holds the names. */
import { expect, test } from 'vitest';
import { errorWords } from './error-words.ts';

test('French shows the translation and keeps the sentence with the names, English the sentence itself', () => {
  const error = { code: 'cloud.noTable', message: 'There is no table "t" on the target.', hint: 'Ask again.' };
  expect(errorWords(error, 'fr')).toEqual({
    message: 'Cette table n’existe pas sur la cible.',
    hint: 'Redemandez les tables.',
    original: error.message,
  });
  expect(errorWords(error, 'en')).toEqual({ message: error.message, hint: 'Ask again.', original: undefined });
  expect(errorWords({ message: 'As it is.' }, 'fr')).toMatchObject({ message: 'As it is.', original: undefined });
});
