/** Compiles nested queries: FROM an array gives an array of results, FROM an object gives one result. */
import type { Compile, Evaluate, Frame, Scope } from './closures.ts';
import { compileMembers } from './compile-members.ts';
import type { Expression, Query, Selection } from './statement.ts';
import { isArray, isObject, memberOf, type Value } from './value.ts';

/** How many elements WHERE let pass, and what was selected from them. */
export type Rows = { readonly count: number; readonly result: Value };

const NOTHING: Rows = { count: 0, result: undefined };

export function compileQuery(query: Query, outer: Scope, compile: Compile): (frame: Frame) => Rows {
  const source = compileSource(query.source, outer, compile);
  const { kind } = query.source;
  const lastName = kind === 'path' ? query.source.names.at(-1) : undefined;
  const scope: Scope = {
    variables: outer.variables,
    depth: outer.depth + 1,
    query: { alias: query.alias, source: query.alias === undefined ? lastName : undefined, outer },
  };
  const where = query.where === undefined ? undefined : compile(query.where, scope);
  const select = compileSelection(query.selection, scope, compile);
  const index = outer.depth;
  return (frame) => {
    const from = source(frame);
    if (isArray(from)) return selectRows(frame, index, from, where, select);
    if (!isObject(from)) return NOTHING;
    frame.elements[index] = from;
    if (where !== undefined && where(frame) !== true) return NOTHING;
    return { count: 1, result: select(frame) };
  };
}

function selectRows(
  frame: Frame,
  index: number,
  items: readonly Value[],
  where: Evaluate | undefined,
  select: Evaluate,
): Rows {
  let count = 0;
  const result: Value[] = [];
  for (const item of items) {
    frame.elements[index] = item;
    if (where !== undefined && where(frame) !== true) continue;
    count++;
    const selected = select(frame);
    if (selected !== undefined) result.push(selected);
  }
  return { count, result };
}

/** Inside another nested query FROM looks at the element first and then at the payload. */
function compileSource(source: Expression, outer: Scope, compile: Compile): Evaluate {
  const inner = compile(source, outer);
  if (source.kind !== 'path' || outer.depth === 0) return inner;
  const { names } = source;
  return (frame) => inner(frame) ?? names.reduce(memberOf, frame.context.payload.json());
}

function compileSelection(selection: Selection, scope: Scope, compile: Compile): Evaluate {
  if (selection.kind === 'value') return compile(selection.expression, scope);
  const element = scope.depth - 1;
  const [only] = selection.items;
  if (selection.items.length === 1 && only?.kind === 'star' && only.alias.length === 0) {
    return (frame) => frame.elements[element];
  }
  return compileMembers(selection.items, scope, { compile, spread: (frame) => frame.elements[element] });
}
