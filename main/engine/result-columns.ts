/** What Athena tells of a result column: its bare type name, precision, scale and whether text case matters. */
import type { ResultColumn } from '../query-seam.ts';
import type { ValueType } from './render.ts';

const PRECISION: Readonly<Record<string, number>> = {
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
  float: 17,
  double: 17,
  varchar: 2_147_483_647,
  varbinary: 1_073_741_824,
  timestamp: 3,
  'timestamp with time zone': 3,
  time: 3,
};

export function resultColumn(name: string, type: ValueType): ResultColumn {
  if (type.kind === 'decimal') {
    return { name, type: 'decimal', precision: type.precision, scale: type.scale, caseSensitive: false };
  }
  const typeName = type.kind === 'simple' ? type.name : type.kind;
  return { name, type: typeName, precision: PRECISION[typeName] ?? 0, scale: 0, caseSensitive: typeName === 'varchar' };
}
