/** How a query fails: Athena's error name in the code, Athena's sentence in the message, and where in the text it went wrong. */
import { AppError } from '../../preload/errors.ts';

/** `athena.<NAME>`: the code that crosses to the lab, which tells the caller the name and the text as Athena words them. */
export function queryFailure(name: string, message: string): AppError {
  return new AppError(`athena.${name}`, message);
}

/** `line L:C` of a character (counted in code points, from 0), as Athena counts: both from 1. */
export function positionOf(sql: string, offset: number): string {
  const before = [...sql].slice(0, offset).join('');
  const lastBreak = before.lastIndexOf('\n');
  const line = before.split('\n').length;
  return `line ${line}:${[...before.slice(lastBreak + 1)].length + 1}`;
}
