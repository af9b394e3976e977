/** Glue's operations on tables. */
import { z } from 'zod';
import { AwsError, type JsonOperations, type LabIdentity } from '../services.ts';
import { catalogId, findDatabase } from './databases.ts';
import { invalidInput, notFound, pageOf, readInput } from './input.ts';
import { catalogName, tableInput, type Table } from './shapes.ts';
import { now, type GlueState, type KeptTable } from './state.ts';

const change = z.strictObject({
  CatalogId: catalogId,
  DatabaseName: catalogName,
  TableInput: tableInput,
  /** Old versions are not kept, so only leaving them out can be asked for. */
  SkipArchive: z.literal(true).optional(),
});
const one = z.strictObject({ CatalogId: catalogId, DatabaseName: catalogName, Name: catalogName });

export function tableOperations(state: GlueState, identity: LabIdentity): JsonOperations {
  return {
    CreateTable: async (input) => {
      const { DatabaseName, TableInput } = readInput(input, change.omit({ SkipArchive: true }));
      const database = findDatabase(state, DatabaseName);
      const name = TableInput.Name.toLowerCase();
      const tables = tablesOf(state, database.Name);
      if (tables.has(name)) throw new AwsError('AlreadyExistsException', 'Table already exists.');
      checkColumns(TableInput);
      const table = newTable(database.Name, TableInput, identity);
      tables.set(name, { table, partitions: new Map(), spellings: {} });
      await state.save();
      return {};
    },
    GetTable: (input) => {
      const { DatabaseName, Name } = readInput(input, one);
      return { Table: findTable(state, DatabaseName, Name).table };
    },
    GetTables: (input) => {
      const asked = readInput(
        input,
        z.strictObject({
          CatalogId: catalogId,
          DatabaseName: catalogName,
          NextToken: z.string().optional(),
          MaxResults: z.number().int().optional(),
        }),
      );
      const database = findDatabase(state, asked.DatabaseName);
      const sorted = [...tablesOf(state, database.Name).values()]
        .map(({ table }) => table)
        .sort((a, b) => (a.Name < b.Name ? -1 : 1));
      const page = pageOf(sorted, { token: asked.NextToken, limit: asked.MaxResults, largest: 100 });
      return { TableList: page.items, NextToken: page.NextToken };
    },
    UpdateTable: async (input) => {
      const { DatabaseName, TableInput } = readInput(input, change);
      const kept = findTable(state, DatabaseName, TableInput.Name);
      checkColumns(TableInput);
      const { DatabaseName: database, Name, CreateTime, VersionId } = kept.table;
      const table = {
        ...newTable(database, TableInput, identity),
        CreateTime,
        VersionId: String(Number(VersionId) + 1),
      };
      tablesOf(state, database).set(Name, { ...kept, table });
      await state.save();
      return {};
    },
    DeleteTable: async (input) => {
      const { DatabaseName, Name } = readInput(input, one);
      const { table } = findTable(state, DatabaseName, Name);
      tablesOf(state, table.DatabaseName).delete(table.Name);
      await state.save();
      return {};
    },
  };
}

export function newTable(database: string, input: z.infer<typeof tableInput>, identity: LabIdentity): Table {
  const time = now();
  return {
    ...input,
    Name: input.Name.toLowerCase(),
    DatabaseName: database,
    CreateTime: time,
    UpdateTime: time,
    Retention: input.Retention ?? 0,
    PartitionKeys: input.PartitionKeys ?? [],
    CreatedBy: identity.roleArn,
    IsRegisteredWithLakeFormation: false,
    CatalogId: identity.account,
    VersionId: '0',
  };
}

function checkColumns({ StorageDescriptor, PartitionKeys }: z.infer<typeof tableInput>): void {
  const names = [...(StorageDescriptor?.Columns ?? []), ...(PartitionKeys ?? [])].map(({ Name }) => Name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidInput(`Duplicate column name: ${twice}`);
}

export function tablesOf(state: GlueState, database: string): Map<string, KeptTable> {
  const tables = state.tables.get(database);
  if (tables === undefined) throw notFound(`Database ${database} not found.`);
  return tables;
}

export function findTable(state: GlueState, database: string, name: string): KeptTable {
  const found = tablesOf(state, findDatabase(state, database).Name).get(name.toLowerCase());
  if (found === undefined) throw notFound(`Table ${name.toLowerCase()} not found.`);
  return found;
}
