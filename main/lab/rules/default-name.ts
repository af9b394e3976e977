/** The name that a column without AS has in the result. */
import type { Expression } from './statement.ts';

/** Of a path its last name, of a call the function's. Undefined for expressions that need an alias. */
export function nameWithoutAlias(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'path':
      return expression.names.at(-1);
    case 'member':
    case 'variable':
    case 'call':
      return expression.name;
    default:
      return undefined;
  }
}
