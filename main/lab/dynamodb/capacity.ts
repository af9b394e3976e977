/** The capacity units that a request takes, told when it asks for them. Source: developer guide, "Read and write request units". */

export type CapacityAsked = 'INDEXES' | 'TOTAL' | 'NONE';

const READ_BYTES = 4096;
const WRITE_BYTES = 1024;

/** A read that need not be consistent costs half, one in a transaction twice as much. */
export function readUnits(bytes: number, isConsistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_BYTES)) * (isConsistent ? 1 : 0.5);
}

export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_BYTES));
}

export function consumed(asked: CapacityAsked, table: string, units: number): object {
  const one = consumption(asked, table, units);
  return one === undefined ? {} : { ConsumedCapacity: one };
}

/** For requests to many tables. */
export function consumedByTable(asked: CapacityAsked, units: ReadonlyMap<string, number>): object {
  if (asked === 'NONE') return {};
  return { ConsumedCapacity: [...units].map(([table, count]) => consumption(asked, table, count)) };
}

function consumption(asked: CapacityAsked, table: string, units: number): object | undefined {
  if (asked === 'NONE') return undefined;
  const total = { TableName: table, CapacityUnits: units };
  return asked === 'TOTAL' ? total : { ...total, Table: { CapacityUnits: units } };
}
