/** Small tables that survive kill -9: kept in memory, every change appended to one log file before the call returns. */
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { ZodType } from 'zod';
import { AppError } from '../../../preload/errors.ts';

/** One change: `null` removes the key. */
export type Change = readonly [table: string, key: string, value: unknown];

export type Table<Value> = {
  readonly get: (key: string) => Value | undefined;
  readonly has: (key: string) => boolean;
  /** In the order of first insertion. */
  readonly values: () => readonly Value[];
  /** A change for `commit`; nothing happens before. */
  readonly set: (key: string, value: Value) => PendingChange;
  readonly remove: (key: string) => PendingChange;
};

/** `apply` answers with what takes it back. */
export type PendingChange = { readonly change: Change; readonly apply: () => () => void };

type UndoableChange = { readonly change: Change; readonly undo: () => void };

export type Store = {
  /** Declares a table. Throws AppError `lab.stateDamaged` when a stored value is not what `schema` expects. */
  readonly table: <Value>(name: string, schema: ZodType<Value>) => Table<Value>;
  /** All or none of the changes: on disk first, in memory after. Throws AppError `lab.stateNotWritten`. */
  readonly commit: (...changes: readonly PendingChange[]) => void;
  /**
   * Joins all that `work` commits into one change of the log: all of it is on disk when this returns, or, when `work` throws or the disk
   * refuses, none of it, in memory too. `work` sees its own changes; it cannot wait for anything.
   */
  readonly transaction: <Value>(work: () => Value) => Value;
  /** Grows by one with every commit; caches of what the tables say compare it. */
  readonly revision: () => number;
  /** The only listener for what has been committed; it is called when the tables have the changes and they are on disk. */
  readonly onCommitted: (listener: (changes: readonly Change[]) => void) => void;
  readonly close: () => void;
};

/**
 * Opens (or makes) the log at `path`. Each line is a JSON array of changes, so a line is a transaction; a line cut off by a crash was
 * never confirmed and is dropped. The log is rewritten without history on every start.
 */
export function openStore(path: string): Store {
  const stored = readLog(path);
  const snapshot = [...stored].flatMap(([table, rows]) => [...rows].map(([key, value]): Change => [table, key, value]));
  let file = rewrite(path, snapshot);
  let size = snapshot.length === 0 ? 0 : lineOf(snapshot).length;
  let revision = 0;
  let tell: (changes: readonly Change[]) => void = () => undefined;
  /** What the transaction under way has changed so far. */
  let gathered: UndoableChange[] | undefined;

  const write = (changes: readonly Change[]): void => {
    const line = lineOf(changes);
    try {
      writeAll(file, line, size);
    } catch (error) {
      // What is half written would swallow the next line.
      ftruncateSync(file, size);
      throw new AppError('lab.stateNotWritten', `The lab could not write its IoT registry to ${path}.`, {
        hint: 'Free some disk space and check that the folder may be written to.',
        cause: error,
      });
    }
    size += line.length;
  };

  const commit = (...changes: readonly PendingChange[]): void => {
    if (changes.length === 0) return;
    if (gathered === undefined) write(changes.map(({ change }) => change));
    revision++;
    for (const { change, apply } of changes) {
      const undo = apply();
      gathered?.push({ change, undo });
    }
    if (gathered === undefined) tell(changes.map(({ change }) => change));
  };

  const transaction = <Value>(work: () => Value): Value => {
    if (gathered !== undefined) throw new Error('a transaction of the registry cannot begin within another');
    const mine: UndoableChange[] = [];
    gathered = mine;
    let value: Value;
    try {
      value = work();
      if (mine.length > 0) write(mine.map(({ change }) => change));
    } catch (error) {
      for (const { undo } of mine.reverse()) undo();
      revision++;
      throw error;
    } finally {
      gathered = undefined;
    }
    tell(mine.map(({ change }) => change));
    return value;
  };

  return {
    table: (name, schema) => openTable(path, name, schema, stored.get(name) ?? new Map<string, unknown>()),
    commit,
    transaction,
    revision: () => revision,
    onCommitted: (listener) => {
      tell = listener;
    },
    close: () => {
      if (file >= 0) closeSync(file);
      file = -1;
    },
  };
}

function openTable<Value>(
  path: string,
  name: string,
  schema: ZodType<Value>,
  stored: ReadonlyMap<string, unknown>,
): Table<Value> {
  const rows = new Map<string, Value>();
  for (const [key, value] of stored) {
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      throw new AppError('lab.stateDamaged', `The record "${key}" of ${name} in ${path} is damaged.`, {
        hint: 'Start the lab with another data folder, or remove this file to begin with an empty registry.',
      });
    }
    rows.set(key, parsed.data);
  }
  return {
    get: (key) => rows.get(key),
    has: (key) => rows.has(key),
    values: () => [...rows.values()],
    set: (key, value) => ({ change: [name, key, value], apply: () => replaceRow(rows, key, value) }),
    remove: (key) => ({ change: [name, key, null], apply: () => replaceRow(rows, key, undefined) }),
  };
}

/** Undefined stands for no row. Answers with what takes it back. */
function replaceRow<Value>(rows: Map<string, Value>, key: string, value: Value | undefined): () => void {
  const before = rows.get(key);
  const put = (row: Value | undefined): void => {
    if (row === undefined) rows.delete(key);
    else rows.set(key, row);
  };
  put(value);
  return () => put(before);
}

function readLog(path: string): Map<string, Map<string, unknown>> {
  const tables = new Map<string, Map<string, unknown>>();
  const lines = readIfThere(path).split('\n');
  // The part after the last line end was never confirmed.
  for (const [index, line] of lines.slice(0, -1).entries()) {
    for (const [name, key, value] of changesOf(path, index + 1, line)) {
      const table = tables.get(name) ?? new Map<string, unknown>();
      tables.set(name, table);
      if (value === null) table.delete(key);
      else table.set(key, value);
    }
  }
  return tables;
}

function changesOf(path: string, lineNumber: number, line: string): readonly Change[] {
  try {
    const changes: unknown = JSON.parse(line);
    if (Array.isArray(changes) && changes.every(isChange)) return changes;
  } catch {
    // Told below, together with lines that are JSON but no changes.
  }
  throw new AppError('lab.stateDamaged', `Line ${lineNumber} of the IoT registry ${path} is damaged.`, {
    hint: 'Start the lab with another data folder, or remove this file to begin with an empty registry.',
  });
}

function isChange(value: unknown): value is Change {
  return Array.isArray(value) && value.length === 3 && typeof value[0] === 'string' && typeof value[1] === 'string';
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/** Writes the snapshot beside the log and takes its place in one step. Returns the open file, to be appended to. */
function rewrite(path: string, snapshot: readonly Change[]): number {
  const draft = `${path}.new`;
  const file = openSync(draft, 'w', 0o600);
  if (snapshot.length > 0) writeAll(file, lineOf(snapshot), 0);
  fsyncSync(file);
  renameSync(draft, path);
  return file;
}

function lineOf(changes: readonly Change[]): Buffer {
  return Buffer.from(`${JSON.stringify(changes)}\n`);
}

function writeAll(file: number, bytes: Buffer, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
  }
}
