/** Words of a jq program. */
import { AwsError } from '../services.ts';

export type Token = {
  readonly kind: 'name' | 'text' | 'number' | 'sign' | 'end';
  readonly text: string;
  /** Offset in the program. */
  readonly at: number;
};

const TOKEN =
  /\s*(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<number>\d+(?:\.\d+)?)|(?<text>"(?:[^"\\]|\\.)*")|(?<sign>\/\/|[.|,:;?(){}[\]+\-*/]))/y;

/** Throws AwsError InvalidArgumentException with the position of what is not understood. */
export function lexJq(program: string): readonly Token[] {
  const tokens: Token[] = [];
  const matcher = new RegExp(TOKEN);
  const end = program.trimEnd().length;
  for (let at = 0; at < end; at = matcher.lastIndex) {
    matcher.lastIndex = at;
    const groups = matcher.exec(program)?.groups;
    if (groups === undefined) {
      const rest = program.slice(at).trimStart();
      throw badJq(program, program.length - rest.length, `"${rest[0] ?? ''}" is not understood`);
    }
    const { name, number, text, sign } = groups;
    const found = name ?? number ?? text ?? sign ?? '';
    const place = matcher.lastIndex - found.length;
    if (name !== undefined) tokens.push({ kind: 'name', text: name, at: place });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at: place });
    else if (text !== undefined) tokens.push({ kind: 'text', text: readText(program, text, place), at: place });
    else tokens.push({ kind: 'sign', text: found, at: place });
  }
  return [...tokens, { kind: 'end', text: 'the end', at: end }];
}

export function badJq(program: string, at: number, problem: string): AwsError {
  return new AwsError(
    'InvalidArgumentException',
    `MetadataExtractionQuery cannot be used: ${problem} at character ${at + 1} of ${program}.`,
  );
}

function readText(program: string, text: string, at: number): string {
  if (text.includes('\\(')) throw badJq(program, at, 'text with \\( ) in it is not offered by the lab');
  try {
    return String(JSON.parse(text));
  } catch {
    throw badJq(program, at, 'the text is not closed or has an unknown escape');
  }
}
