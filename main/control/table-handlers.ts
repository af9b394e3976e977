/** The window's calls about DynamoDB's tables. */
import type { CallInput, CallName, CallOutput } from '../../preload/contract.ts';
import type { TableState } from '../../preload/shapes-tables.ts';
import type { Clients } from '../cloud/clients.ts';
import { readItems } from '../cloud/table-items.ts';
import { findTable, listTables } from '../cloud/tables.ts';
import type { Control } from './control.ts';

type TableCall = Extract<CallName, `tables.${string}`>;

export type TableHandlers = {
  readonly [Name in TableCall]: (input: CallInput<Name>) => CallOutput<Name> | Promise<CallOutput<Name>>;
};

/** Each takes a call to describe it. */
const MOST_TABLES = 100;

export function tableHandlers({ connection }: Control): TableHandlers {
  const clients = () => connection().clients;
  return {
    'tables.list': () => describeTables(clients()),
    'tables.items': (question) => readItems(clients(), question),
  };
}

/** The first hundred by name; one that is removed meanwhile is left out. */
async function describeTables(clients: Clients): Promise<readonly TableState[]> {
  const { names } = await listTables(clients, null);
  const found = await Promise.all(names.slice(0, MOST_TABLES).map((name) => findTable(clients, name)));
  return found.flatMap((table) => table ?? []);
}
