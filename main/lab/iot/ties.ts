/** Many-to-many relations of the registry (policy to certificate, thing to certificate, group to thing): two indexes over one table. */
import { z } from 'zod';
import type { PendingChange, Store } from './append-log-store.ts';

const tieSchema = z.object({ left: z.string(), right: z.string() });
type Tie = z.infer<typeof tieSchema>;

export type Ties = {
  readonly has: (left: string, right: string) => boolean;
  readonly rightsOf: (left: string) => readonly string[];
  readonly leftsOf: (right: string) => readonly string[];
  readonly add: (left: string, right: string) => PendingChange;
  readonly remove: (left: string, right: string) => PendingChange;
};

/** Throws AppError `lab.stateDamaged`. */
export function openTies(store: Store, name: string): Ties {
  const table = store.table(name, tieSchema);
  const rights = new Map<string, Set<string>>();
  const lefts = new Map<string, Set<string>>();
  const index = ({ left, right }: Tie): void => {
    membersOf(rights, left).add(right);
    membersOf(lefts, right).add(left);
  };
  const unindex = ({ left, right }: Tie): void => {
    forget(rights, left, right);
    forget(lefts, right, left);
  };
  for (const tie of table.values()) index(tie);
  return {
    has: (left, right) => rights.get(left)?.has(right) ?? false,
    rightsOf: (left) => [...(rights.get(left) ?? [])],
    leftsOf: (right) => [...(lefts.get(right) ?? [])],
    add: (left, right) => {
      const { change, apply } = table.set(keyOf(left, right), { left, right });
      const applyBoth = (): (() => void) => {
        const isNew = !table.has(keyOf(left, right));
        const undo = apply();
        index({ left, right });
        return () => {
          undo();
          if (isNew) unindex({ left, right });
        };
      };
      return { change, apply: applyBoth };
    },
    remove: (left, right) => {
      const { change, apply } = table.remove(keyOf(left, right));
      const applyBoth = (): (() => void) => {
        const wasThere = table.has(keyOf(left, right));
        const undo = apply();
        unindex({ left, right });
        return () => {
          undo();
          if (wasThere) index({ left, right });
        };
      };
      return { change, apply: applyBoth };
    },
  };
}

/** No name in the registry holds a space. */
function keyOf(left: string, right: string): string {
  return `${left} ${right}`;
}

function membersOf(index: Map<string, Set<string>>, key: string): Set<string> {
  const found = index.get(key) ?? new Set<string>();
  index.set(key, found);
  return found;
}

function forget(index: Map<string, Set<string>>, key: string, member: string): void {
  const members = index.get(key);
  members?.delete(member);
  if (members?.size === 0) index.delete(key);
}
