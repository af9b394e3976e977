import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openStore } from './append-log-store.ts';
import { testFolder } from './test-folder.ts';
import { openTies } from './ties.ts';

it('joins what a transaction commits into one line of the log', async () => {
  const path = join(await testFolder(), 'registry.log');
  const store = openStore(path);
  const names = store.table('names', z.string());
  const ties = openTies(store, 'ties');
  const seen = store.transaction(() => {
    store.commit(names.set('a', 'first'));
    store.commit(ties.add('a', 'b'));
    return names.get('a');
  });
  expect(seen).toBe('first');
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toEqual([
    '[["names","a","first"],["ties","a b",{"left":"a","right":"b"}]]',
  ]);
  store.close();
});

it('takes back everything of a transaction that throws, on disk and in memory', async () => {
  const path = join(await testFolder(), 'registry.log');
  const store = openStore(path);
  const names = store.table('names', z.string());
  const ties = openTies(store, 'ties');
  store.commit(names.set('kept', 'before'), names.set('removed', 'before'), ties.add('x', 'y'));
  const before = readFileSync(path, 'utf8');
  const attempt = (): void =>
    store.transaction(() => {
      store.commit(names.set('kept', 'after'), names.set('new', 'after'), names.remove('removed'));
      store.commit(ties.remove('x', 'y'), ties.add('x', 'z'));
      throw new Error('the third step fails');
    });
  expect(attempt).toThrow('the third step fails');
  expect({
    kept: names.get('kept'),
    removed: names.get('removed'),
    isNewThere: names.has('new'),
    rights: ties.rightsOf('x'),
    lefts: [ties.leftsOf('y'), ties.leftsOf('z')],
    log: readFileSync(path, 'utf8'),
  }).toEqual({ kept: 'before', removed: 'before', isNewThere: false, rights: ['y'], lefts: [['x'], []], log: before });
  // The next change stands alone again.
  store.commit(names.set('new', 'later'));
  expect(readFileSync(path, 'utf8')).toBe(`${before}[["names","new","later"]]\n`);
  store.close();
});
