/** ProjectionExpression: parts of items, in the form in which they lie in the item. */
import type { AttributeValue, Item } from '../../services.ts';
import { attributeOf } from '../attribute.ts';
import { openCursor } from './cursor.ts';
import { checkApart, type Path } from './path.ts';
import type { Placeholders } from './placeholders.ts';

/** Throws AwsError ValidationException. */
export function parseProjection(text: string, placeholders: Placeholders): readonly Path[] {
  const cursor = openCursor(text, 'ProjectionExpression', placeholders);
  const paths = [cursor.path()];
  while (cursor.takeIf(',')) paths.push(cursor.path());
  if (cursor.peek() !== '') cursor.refuse();
  checkApart(paths, 'ProjectionExpression');
  return paths;
}

/** What lies at the paths, with the maps and lists around it; members of lists close up. */
export function project(item: Item, paths: readonly Path[]): Item {
  return partOfMap(item, paths);
}

function partOfMap(map: Item, paths: readonly Path[]): Item {
  const found: [string, AttributeValue][] = [];
  for (const [name, rests] of byFirstStep(paths)) {
    const member = typeof name === 'string' ? attributeOf(map, name) : undefined;
    const part = member === undefined ? undefined : partOf(member, rests);
    if (part !== undefined) found.push([String(name), part]);
  }
  return Object.fromEntries(found);
}

/** Undefined when nothing of it is wanted or there. */
function partOf(value: AttributeValue, paths: readonly Path[]): AttributeValue | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  if ('M' in value) {
    const part = partOfMap(value.M, paths);
    return Object.keys(part).length === 0 ? undefined : { M: part };
  }
  if (!('L' in value)) return undefined;
  const list = value.L;
  const members = [...byFirstStep(paths)]
    .flatMap(([step, rests]) => (typeof step === 'number' ? [{ step, rests }] : []))
    .sort((a, b) => a.step - b.step)
    .flatMap(({ step, rests }) => {
      const member = list[step];
      const part = member === undefined ? undefined : partOf(member, rests);
      return part === undefined ? [] : [part];
    });
  return members.length === 0 ? undefined : { L: members };
}

function byFirstStep(paths: readonly Path[]): ReadonlyMap<string | number, readonly Path[]> {
  const groups = new Map<string | number, Path[]>();
  for (const [first, ...rest] of paths) {
    if (first === undefined) continue;
    const group = groups.get(first);
    if (group === undefined) groups.set(first, [rest]);
    else group.push(rest);
  }
  return groups;
}
