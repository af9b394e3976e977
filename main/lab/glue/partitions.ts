/** Glue's operations on partitions. */
import { z } from 'zod';
import { AwsError, type JsonOperations, type LabIdentity } from '../services.ts';
import { catalogId } from './databases.ts';
import { invalidInput, notFound, pageOf, readInput } from './input.ts';
import { catalogName, partitionInput, type Partition } from './shapes.ts';
import { now, partitionId, type GlueState, type KeptTable } from './state.ts';
import { findTable } from './tables.ts';

const inTable = { CatalogId: catalogId, DatabaseName: catalogName, TableName: catalogName };

export function partitionOperations(state: GlueState, identity: LabIdentity): JsonOperations {
  const add = (kept: KeptTable, input: z.infer<typeof partitionInput>): void => {
    const keys = kept.table.PartitionKeys ?? [];
    if (input.Values.length !== keys.length) {
      throw invalidInput(
        `The number of partition keys do not match the number of partition values: ${keys.length} keys, ${input.Values.length} values`,
      );
    }
    const id = partitionId(input.Values);
    if (kept.partitions.has(id)) throw new AwsError('AlreadyExistsException', 'Partition already exists.');
    kept.partitions.set(id, {
      ...input,
      DatabaseName: kept.table.DatabaseName,
      TableName: kept.table.Name,
      CreationTime: now(),
      CatalogId: identity.account,
    });
  };

  return {
    CreatePartition: async (input) => {
      const asked = readInput(input, z.strictObject({ ...inTable, PartitionInput: partitionInput }));
      add(findTable(state, asked.DatabaseName, asked.TableName), asked.PartitionInput);
      await state.save();
      return {};
    },
    BatchCreatePartition: async (input) => {
      const asked = readInput(
        input,
        z.strictObject({ ...inTable, PartitionInputList: z.array(partitionInput).max(100) }),
      );
      const kept = findTable(state, asked.DatabaseName, asked.TableName);
      const Errors = asked.PartitionInputList.flatMap((partition) => {
        try {
          add(kept, partition);
          return [];
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          const ErrorDetail = { ErrorCode: error.code, ErrorMessage: error.message };
          return [{ PartitionValues: partition.Values, ErrorDetail }];
        }
      });
      await state.save();
      return { Errors };
    },
    GetPartition: (input) => {
      const asked = readInput(input, z.strictObject({ ...inTable, PartitionValues: z.array(z.string()) }));
      const kept = findTable(state, asked.DatabaseName, asked.TableName);
      return { Partition: findPartition(kept, asked.PartitionValues) };
    },
    GetPartitions: (input) => {
      const asked = readInput(
        input,
        z.strictObject({
          ...inTable,
          NextToken: z.string().optional(),
          MaxResults: z.number().int().optional(),
        }),
      );
      const { partitions } = findTable(state, asked.DatabaseName, asked.TableName);
      const sorted = [...partitions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, partition]) => partition);
      const page = pageOf(sorted, { token: asked.NextToken, limit: asked.MaxResults, largest: 1000 });
      return { Partitions: page.items, NextToken: page.NextToken };
    },
    DeletePartition: async (input) => {
      const asked = readInput(input, z.strictObject({ ...inTable, PartitionValues: z.array(z.string()) }));
      const kept = findTable(state, asked.DatabaseName, asked.TableName);
      findPartition(kept, asked.PartitionValues);
      kept.partitions.delete(partitionId(asked.PartitionValues));
      await state.save();
      return {};
    },
  };
}

function findPartition({ partitions }: KeptTable, values: readonly string[]): Partition {
  const found = partitions.get(partitionId(values));
  if (found === undefined) throw notFound('Cannot find partition.');
  return found;
}
