/** Words that cannot be the name of an attribute at the beginning of a path. */
export const RESERVED: ReadonlySet<string> = new Set(
  'SELECT FROM WHERE AS AND OR NOT TRUE FALSE NULL CASE WHEN THEN ELSE END IN EXISTS SET'.split(' '),
);
