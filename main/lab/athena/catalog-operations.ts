/** Athena's own view of the catalogue and of its one workgroup. */
import type { Catalog, CatalogTable } from '../glue/catalog.ts';
import { pageOf, readInput } from '../glue/input.ts';
import { AwsError, type JsonOperations } from '../services.ts';
import { invalidRequest } from './failures.ts';
import * as requests from './requests.ts';
import { ENGINE_VERSION } from './tell.ts';

const CATALOG = 'AwsDataCatalog';

export function catalogOperations(catalog: Catalog, workGroup: string): JsonOperations {
  const checkCatalog = (name: string): void => {
    if (name.toLowerCase() !== CATALOG.toLowerCase()) throw invalidRequest(`Catalog ${name} does not exist`);
  };
  return {
    GetWorkGroup: (input) => {
      const { WorkGroup } = readInput(input, requests.workGroup, invalidRequest);
      if (WorkGroup !== workGroup) throw invalidRequest(`WorkGroup ${WorkGroup} is not found.`);
      return {
        WorkGroup: {
          Name: workGroup,
          State: 'ENABLED',
          Configuration: {
            ResultConfiguration: {},
            EnforceWorkGroupConfiguration: false,
            PublishCloudWatchMetricsEnabled: false,
            RequesterPaysEnabled: false,
            EngineVersion: ENGINE_VERSION,
          },
        },
      };
    },
    ListWorkGroups: (input) => {
      readInput(input, requests.workGroups, invalidRequest);
      return { WorkGroups: [{ Name: workGroup, State: 'ENABLED', EngineVersion: ENGINE_VERSION }] };
    },
    ListDataCatalogs: (input) => {
      readInput(input, requests.dataCatalogs, invalidRequest);
      return { DataCatalogsSummary: [{ CatalogName: CATALOG, Type: 'GLUE' }] };
    },
    ListDatabases: (input) => {
      const asked = readInput(input, requests.databases, invalidRequest);
      checkCatalog(asked.CatalogName);
      const paging = { token: asked.NextToken, limit: asked.MaxResults, largest: 50 };
      const { items, NextToken } = pageOf(catalog.databases(), paging, invalidRequest);
      return { DatabaseList: items.map((Name) => ({ Name })), NextToken };
    },
    ListTableMetadata: (input) => {
      const asked = readInput(input, requests.tables, invalidRequest);
      checkCatalog(asked.CatalogName);
      const names = catalog.tables(asked.DatabaseName);
      if (names === undefined) throw notFound(`Database ${asked.DatabaseName} not found.`);
      const paging = { token: asked.NextToken, limit: asked.MaxResults, largest: 50 };
      const { items, NextToken } = pageOf(names, paging, invalidRequest);
      const tables = items.flatMap((name) => catalog.table(asked.DatabaseName, name) ?? []);
      return { TableMetadataList: tables.map(tell), NextToken };
    },
    GetTableMetadata: (input) => {
      const asked = readInput(input, requests.table, invalidRequest);
      checkCatalog(asked.CatalogName);
      const table = catalog.table(asked.DatabaseName, asked.TableName);
      if (table === undefined) throw notFound(`Table ${asked.TableName} not found.`);
      return { TableMetadata: tell(table) };
    },
  };
}

function notFound(message: string): AwsError {
  return new AwsError('MetadataException', `EntityNotFoundException: ${message}`);
}

function tell({ name, columns, partitionKeys, comments }: CatalogTable): object {
  const told = (list: CatalogTable['columns']): object =>
    list.map((column) => ({ Name: column.name, Type: column.type, Comment: comments.get(column.name) || undefined }));
  return { Name: name, TableType: 'EXTERNAL_TABLE', Columns: told(columns), PartitionKeys: told(partitionKeys) };
}
