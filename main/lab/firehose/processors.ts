/** The processors of a stream that the lab has: a newline after each record, and keys extracted from it for dynamic partitioning. */
import { AwsError } from '../services.ts';
import type { DestinationInput } from './destination-input.ts';
import { compileKeyQuery } from './jq.ts';

type Processors = {
  readonly appendNewline: boolean;
  /** The jq program of MetadataExtraction. */
  readonly keyQuery: string | null;
};

type Given = NonNullable<DestinationInput['ProcessingConfiguration']>;
type Processor = NonNullable<Given['Processors']>[number];

const ABSENT: Readonly<Record<string, string>> = {
  Lambda: 'the lab has no Lambda functions to transform records with',
  Decompression: 'the lab does not decompress CloudWatch Logs records',
  CloudWatchLogProcessing: 'the lab does not unpack CloudWatch Logs records',
  RecordDeAggregation: 'the lab takes each record as one document and does not split it',
};

/** Throws AwsError InvalidArgumentException for what the lab does not do. */
export function readProcessors({ Enabled, Processors = [] }: Given): Processors {
  if (!Enabled) return { appendNewline: false, keyQuery: null };
  if (Processors.length === 0) throw refuse('is enabled, so it needs at least one processor');
  const types = Processors.map(({ Type }) => Type);
  if (new Set(types).size < types.length) throw refuse('names a processor twice');
  let [appendNewline, keyQuery]: [boolean, string | null] = [false, null];
  for (const processor of Processors) {
    if (processor.Type === 'AppendDelimiterToRecord') {
      checkDelimiter(processor);
      appendNewline = true;
    } else if (processor.Type === 'MetadataExtraction') keyQuery = readKeyQuery(processor);
    else throw refuse(`cannot hold ${processor.Type}: ${ABSENT[processor.Type] ?? 'there is no such processor'}`);
  }
  return { appendNewline, keyQuery };
}

/** The same processors as a description shows them. */
export function describeProcessors({ appendNewline, keyQuery }: Processors): object {
  const parameter = (ParameterName: string, ParameterValue: string) => ({ ParameterName, ParameterValue });
  const extraction = (query: string) => ({
    Type: 'MetadataExtraction',
    Parameters: [parameter('MetadataExtractionQuery', query), parameter('JsonParsingEngine', 'JQ-1.6')],
  });
  const append = { Type: 'AppendDelimiterToRecord', Parameters: [parameter('Delimiter', '\\n')] };
  const all = [...(keyQuery === null ? [] : [extraction(keyQuery)]), ...(appendNewline ? [append] : [])];
  return { Enabled: all.length > 0, Processors: all };
}

function checkDelimiter({ Parameters = [] }: Processor): void {
  for (const { ParameterName: name, ParameterValue: value } of Parameters) {
    if (name !== 'Delimiter') throw refuse(`gives AppendDelimiterToRecord an unknown parameter ${name}`);
    if (value !== '\\n' && value !== '\n') {
      throw refuse(`has the delimiter ${JSON.stringify(value)}, but the lab appends a newline ("\\\\n") only`);
    }
  }
}

function readKeyQuery({ Parameters = [] }: Processor): string {
  const given = new Map(Parameters.map(({ ParameterName, ParameterValue }) => [ParameterName, ParameterValue]));
  const query = given.get('MetadataExtractionQuery');
  const engine = given.get('JsonParsingEngine');
  given.delete('MetadataExtractionQuery');
  given.delete('JsonParsingEngine');
  const [unknown] = given.keys();
  if (unknown !== undefined) throw refuse(`gives MetadataExtraction an unknown parameter ${unknown}`);
  if (engine !== 'JQ-1.6') throw refuse('needs the parameter JsonParsingEngine with the value JQ-1.6');
  if (query === undefined) throw refuse('needs the parameter MetadataExtractionQuery');
  compileKeyQuery(query);
  return query;
}

function refuse(problem: string): AwsError {
  return new AwsError('InvalidArgumentException', `ProcessingConfiguration ${problem}.`);
}
