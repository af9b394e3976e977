/** SHOW and DESCRIBE, answered from the catalogue: lines of text, as Athena's Hive side writes them. */
import type { Catalog, CatalogTable } from '../glue/catalog.ts';
import type { QueryPlan, ResultColumn } from '../../query-seam.ts';

export type Listing = { readonly columns: readonly ResultColumn[]; readonly lines: readonly string[] };

type ListingPlan = Exclude<QueryPlan, { kind: 'select' }>;

/** Undefined when the database or table is not there. */
export function listing(plan: ListingPlan, catalog: Catalog): Listing | undefined {
  switch (plan.kind) {
    case 'showDatabases':
      return { columns: [textColumn('database_name')], lines: catalog.databases() };
    case 'showTables': {
      const tables = catalog.tables(plan.database);
      return tables === undefined ? undefined : { columns: [textColumn('tab_name')], lines: tables };
    }
    case 'describe': {
      const table = catalog.table(plan.table.database, plan.table.table);
      const columns = ['col_name', 'data_type', 'comment'].map(textColumn);
      return table === undefined ? undefined : { columns, lines: describe(table) };
    }
  }
}

function textColumn(name: string): ResultColumn {
  return { name, type: 'string', precision: 0, scale: 0, caseSensitive: false };
}

/** Cells padded to 20 characters and joined by tabs; the partition keys are told twice, the second time under a heading. */
function describe({ columns, partitionKeys, comments }: CatalogTable): readonly string[] {
  const row = (...cells: readonly string[]): string => cells.map((cell) => cell.padEnd(20)).join('\t');
  const line = ({ name, type }: CatalogTable['columns'][number]): string => row(name, type, comments.get(name) ?? '');
  const all = [...columns, ...partitionKeys].map(line);
  if (partitionKeys.length === 0) return all;
  const heading = [row('', '', ''), row('# Partition Information', '', ''), row('# col_name', 'data_type', 'comment')];
  return [...all, ...heading, row('', '', ''), ...partitionKeys.map(line)];
}
