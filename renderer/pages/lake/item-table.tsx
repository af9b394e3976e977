/** Items as a table: the keys first, then every attribute that one of them has. */
import type { TableItem, TableValue } from '../../../preload/shapes-tables.ts';
import { MISSING } from '../../text/format.ts';
import styles from './table-panel.module.css';

type ItemTableProps = {
  readonly label: string;
  readonly items: readonly TableItem[];
  readonly keys: readonly string[];
};

export function ItemTable({ label, items, keys }: ItemTableProps) {
  const columns = [...new Set([...keys, ...items.flatMap((item) => Object.keys(item))])];
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a wide table must be reachable by keyboard to be scrolled
    <div className={styles['scroll']} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col" data-key={keys.includes(name) || undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            <tr key={index}>
              {columns.map((name) => {
                const value = item[name];
                return <td key={name}>{value === undefined ? MISSING : textOf(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Numbers as they are stored; what is inside others as JSON. */
function textOf(value: TableValue): string {
  if ('S' in value) return value.S;
  return jsonOf(value);
}

function jsonOf(value: TableValue): string {
  if ('S' in value) return JSON.stringify(value.S);
  if ('N' in value) return value.N;
  if ('B' in value) return value.B;
  if ('BOOL' in value) return String(value.BOOL);
  if ('NULL' in value) return 'null';
  if ('L' in value) return `[${value.L.map(jsonOf).join(', ')}]`;
  if ('SS' in value) return JSON.stringify(value.SS);
  if ('NS' in value) return `[${value.NS.join(', ')}]`;
  if ('BS' in value) return JSON.stringify(value.BS);
  return `{${Object.entries(value.M)
    .map(([name, member]) => `${JSON.stringify(name)}: ${jsonOf(member)}`)
    .join(', ')}}`;
}
