/** Hive type spellings of the catalogue as DuckDB types, for the readers of the lake's files. */
import { queryFailure } from './failure.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  int: 'INTEGER',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  string: 'VARCHAR',
  binary: 'BLOB',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

/** Rejects with `athena.NOT_SUPPORTED` for a spelling that is no Hive type. */
export function duckType(hive: string): string {
  const reader = { text: hive.trim(), at: 0 };
  const type = readType(reader);
  if (reader.at < reader.text.length) throw unknownType(hive);
  return type;
}

type Reader = { readonly text: string; at: number };

function readType(reader: Reader): string {
  const name = take(reader, /[a-z]+/iy).toLowerCase();
  if (name === 'array') {
    const [item] = readArguments(reader, readType);
    return `${item ?? 'VARCHAR'}[]`;
  }
  if (name === 'map') {
    const [key, value] = readArguments(reader, readType);
    return `MAP(${key ?? 'VARCHAR'}, ${value ?? 'VARCHAR'})`;
  }
  if (name === 'struct') return `STRUCT(${readArguments(reader, readField).join(', ')})`;
  if (name === 'decimal') {
    const digits = optional(reader, /\(\s*\d+\s*(?:,\s*\d+\s*)?\)/y);
    return `DECIMAL${digits ?? '(10, 0)'}`;
  }
  if (name === 'varchar' || name === 'char') {
    optional(reader, /\(\s*\d+\s*\)/y);
    return 'VARCHAR';
  }
  const simple = SIMPLE[name];
  if (simple === undefined) throw unknownType(reader.text);
  return simple;
}

function readField(reader: Reader): string {
  const name = take(reader, /[^:<>,]+/y).trim();
  take(reader, /\s*:\s*/y);
  return `${quoteName(name)} ${readType(reader)}`;
}

function readArguments(reader: Reader, readOne: (reader: Reader) => string): readonly string[] {
  take(reader, /\s*<\s*/y);
  const parts = [readOne(reader)];
  while (optional(reader, /\s*,\s*/y) !== undefined) parts.push(readOne(reader));
  take(reader, /\s*>\s*/y);
  return parts;
}

function optional(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

function take(reader: Reader, pattern: RegExp): string {
  const found = optional(reader, pattern);
  if (found === undefined) throw unknownType(reader.text);
  return found;
}

function unknownType(hive: string): Error {
  return queryFailure('NOT_SUPPORTED', `The lab does not know the column type '${hive}'.`);
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
