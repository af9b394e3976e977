/** Compiles a column list into the JSON text of the record, without building the object first where no column meets another. */
import { compileMembers } from './compile-members.ts';
import type { Evaluate, Frame, Scope } from './closures.ts';
import { compile } from './compile.ts';
import type { SelectItem } from './statement.ts';
import { toJson } from './value.ts';

/** A name of the record: its value, or the names below it. */
type Branch = { readonly names: Map<string, Branch | Evaluate> };

export function compileRecord(items: readonly SelectItem[], scope: Scope): (frame: Frame) => string {
  const root: Branch = { names: new Map() };
  for (const item of items) {
    if (item.kind === 'star' || !grow(root, item.alias, compile(item.expression, scope))) {
      const members = compileMembers(items, scope, { compile, spread: ({ context }) => context.payload.json() });
      return (frame) => toJson(members(frame));
    }
  }
  const write = writer(root);
  return (frame) => `{${write(frame)}}`;
}

/** False when another column stands in the way. */
function grow(root: Branch, alias: readonly string[], evaluate: Evaluate): boolean {
  let branch = root;
  for (const name of alias.slice(0, -1)) {
    const next = branch.names.get(name) ?? { names: new Map() };
    if (typeof next === 'function') return false;
    branch.names.set(name, next);
    branch = next;
  }
  const last = alias.at(-1);
  if (last === undefined || branch.names.has(last)) return false;
  branch.names.set(last, evaluate);
  return true;
}

/** Writes the members with a comma between; nothing when all are Undefined. */
function writer({ names }: Branch): (frame: Frame) => string {
  const members = [...names].map(([name, below]) => {
    const key = `${JSON.stringify(name)}:`;
    return typeof below === 'function' ? valueWriter(key, below) : branchWriter(key, writer(below));
  });
  return (frame) => {
    let text = '';
    for (const member of members) {
      const written = member(frame);
      if (written !== '') text = text === '' ? written : `${text},${written}`;
    }
    return text;
  };
}

function valueWriter(key: string, evaluate: Evaluate): (frame: Frame) => string {
  return (frame) => {
    const value = evaluate(frame);
    return value === undefined ? '' : key + toJson(value);
  };
}

function branchWriter(key: string, write: (frame: Frame) => string): (frame: Frame) => string {
  return (frame) => {
    const written = write(frame);
    return written === '' ? '' : `${key}{${written}}`;
  };
}
