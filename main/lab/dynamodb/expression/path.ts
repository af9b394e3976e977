/** Where in an item: the value at a document path, and how two paths lie to each other. */
import type { AttributeValue, Item } from '../../services.ts';
import { attributeOf } from '../attribute.ts';
import { invalid } from '../refusals.ts';

/** An attribute's name, then names in maps and positions in lists. */
export type Path = readonly (string | number)[];

/** Undefined where there is nothing. */
export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value: AttributeValue = { M: item };
  for (const step of path) {
    const next = child(value, step);
    if (next === undefined) return undefined;
    value = next;
  }
  return value;
}

function child(value: AttributeValue, step: string | number): AttributeValue | undefined {
  if (typeof step === 'string') return 'M' in value ? attributeOf(value.M, step) : undefined;
  return 'L' in value ? value.L[step] : undefined;
}

/** No path may lie within another, or say otherwise what it lies in. Throws AwsError ValidationException. */
export function checkApart(paths: readonly Path[], expression: string): void {
  for (const [position, path] of paths.entries()) {
    for (const other of paths.slice(0, position)) {
      const shared = Math.min(path.length, other.length);
      const differs = path.findIndex((step, index) => index < shared && step !== other[index]);
      if (differs === -1) throw twoPaths('overlap with each other', other, path, expression);
      if (typeof path[differs] !== typeof other[differs])
        throw twoPaths('conflict with each other', other, path, expression);
    }
  }
}

function twoPaths(how: string, one: Path, two: Path, expression: string) {
  return invalid(
    `Invalid ${expression}: Two document paths ${how}; must remove or rewrite one of these paths; path one: ${printedPath(one)}, path two: ${printedPath(two)}`,
  );
}

/** As AWS writes paths in its messages. */
export function printedPath(path: Path): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}
