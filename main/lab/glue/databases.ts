/** Glue's operations on databases. */
import { z } from 'zod';
import { AwsError, type JsonOperations, type LabIdentity } from '../services.ts';
import { notFound, pageOf, readInput } from './input.ts';
import { catalogName, databaseInput, type Database } from './shapes.ts';
import { now, type GlueState } from './state.ts';

export const catalogId = z.string().max(255).optional();
const byName = z.strictObject({ Name: catalogName, CatalogId: catalogId });

export function databaseOperations(state: GlueState, identity: LabIdentity): JsonOperations {
  return {
    CreateDatabase: async (input) => {
      const { DatabaseInput } = readInput(
        input,
        z.strictObject({ DatabaseInput: databaseInput, CatalogId: catalogId }),
      );
      const name = DatabaseInput.Name.toLowerCase();
      if (state.databases.has(name)) throw new AwsError('AlreadyExistsException', 'Database already exists.');
      state.databases.set(name, { ...DatabaseInput, Name: name, CreateTime: now(), CatalogId: identity.account });
      state.tables.set(name, new Map());
      await state.save();
      return {};
    },
    GetDatabase: (input) => ({ Database: findDatabase(state, readInput(input, byName).Name) }),
    GetDatabases: (input) => {
      const { NextToken: token, MaxResults: limit } = readInput(
        input,
        z.strictObject({
          CatalogId: catalogId,
          NextToken: z.string().optional(),
          MaxResults: z.number().int().optional(),
        }),
      );
      const sorted = [...state.databases.values()].sort((a, b) => (a.Name < b.Name ? -1 : 1));
      const { items, NextToken } = pageOf(sorted, { token, limit, largest: 100 });
      return { DatabaseList: items, NextToken };
    },
    /** Takes its tables with it, as Glue does. */
    DeleteDatabase: async (input) => {
      const { Name } = findDatabase(state, readInput(input, byName).Name);
      state.databases.delete(Name);
      state.tables.delete(Name);
      await state.save();
      return {};
    },
  };
}

export function findDatabase(state: GlueState, name: string): Database {
  const found = state.databases.get(name.toLowerCase());
  if (found === undefined) throw notFound(`Database ${name.toLowerCase()} not found.`);
  return found;
}
