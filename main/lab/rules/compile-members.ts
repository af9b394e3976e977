/** Compiles a column list into the object that it builds. */
import type { Compile, Evaluate, Frame, Scope } from './closures.ts';
import type { SelectItem } from './statement.ts';
import { isObject, type SqlObject, type Value } from './value.ts';

/** `spread` is what a star without alias spreads; where that is no object, the star adds nothing. Of the same name the later one counts. */
export function compileMembers(
  items: readonly SelectItem[],
  scope: Scope,
  { compile, spread }: { readonly compile: Compile; readonly spread: Evaluate },
): (frame: Frame) => SqlObject {
  const compiled = items.map((item) => ({
    alias: item.alias,
    value: item.kind === 'star' ? spread : compile(item.expression, scope),
  }));
  return (frame) => {
    const result = new Map<string, Value>();
    for (const { alias, value } of compiled) {
      const found = value(frame);
      if (alias.length > 0) place(result, alias, 0, found);
      else if (isObject(found)) for (const [key, member] of found) result.set(key, member);
    }
    return result;
  };
}

/** A dotted alias builds objects inside objects; what stands in the way is replaced. Undefined leaves no trace. */
function place(target: Map<string, Value>, alias: readonly string[], level: number, value: Value): void {
  const name = alias[level];
  if (value === undefined || name === undefined) return;
  if (level === alias.length - 1) {
    target.set(name, value);
    return;
  }
  const inner = target.get(name);
  // A copy: what is there may belong to the payload, which other rules read too.
  const object = new Map(isObject(inner) ? inner : []);
  place(object, alias, level + 1, value);
  target.set(name, object);
}
