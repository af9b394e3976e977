/** Query and Scan: page by page through the keys of a table or an index, filtered and projected. */
import type { z } from 'zod';
import type { Item, JsonOperations, LabIdentity } from '../services.ts';
import { itemSize, readItem } from './attribute.ts';
import { consumed } from './capacity.ts';
import { parseCondition, type Condition, type Operand } from './expression/condition.ts';
import { meets } from './expression/evaluate.ts';
import { openPlaceholders, type Placeholders } from './expression/placeholders.ts';
import { parseProjection, project } from './expression/projection.ts';
import type { Path } from './expression/path.ts';
import { itemInputs } from './item-input.ts';
import { parseKeyCondition, type Stretch } from './key-condition.ts';
import { past, segmentStart } from './key-text.ts';
import { invalid, noTable } from './refusals.ts';
import { openSource, type Source } from './source.ts';
import type { Store } from './store.ts';
import { checked } from './table-input.ts';
import { nameOf } from './table-operations.ts';
import { namesOf } from './table-record.ts';

const PAGE_BYTES = 1024 * 1024;
const READ_BYTES = 4096;
const IN_ONE_GO = 500;

type Asked = Omit<z.infer<typeof itemInputs.scan>, 'Segment' | 'TotalSegments'>;

export function readOperations(store: Store, identity: LabIdentity): JsonOperations {
  const sourceOf = ({ TableName, IndexName }: Asked): Source => {
    const table = store.findActive(nameOf(TableName, identity));
    if (table === undefined) throw noTable();
    return openSource(table, IndexName);
  };
  return {
    Query: async (input) => {
      const asked = checked(input, itemInputs.query);
      const source = sourceOf(asked);
      const placeholders = openPlaceholders(asked, true);
      const stretch = parseKeyCondition(asked.KeyConditionExpression, placeholders, source.shape);
      const filter = filterOf(asked, placeholders);
      if (filter !== undefined) refuseKeysIn(filter, source);
      return page(source, asked, placeholders, { stretch, filter, isForward: asked.ScanIndexForward });
    },
    Scan: async (input) => {
      const { Segment, TotalSegments, ...asked } = checked(input, itemInputs.scan);
      const source = sourceOf(asked);
      const { FilterExpression, ProjectionExpression } = asked;
      const hasExpression = FilterExpression !== undefined || ProjectionExpression !== undefined;
      const placeholders = openPlaceholders(asked, hasExpression);
      const filter = filterOf(asked, placeholders);
      const stretch = segmentOf(Segment, TotalSegments);
      return page(source, asked, placeholders, { stretch, filter, isForward: true });
    },
  };
}

type Reading = { readonly stretch: Stretch; readonly filter: Condition | undefined; readonly isForward: boolean };

async function page(source: Source, asked: Asked, placeholders: Placeholders, reading: Reading): Promise<object> {
  const { stretch, filter, isForward } = reading;
  const projection =
    asked.ProjectionExpression === undefined ? undefined : parseProjection(asked.ProjectionExpression, placeholders);
  placeholders.checkUsed();
  const view = viewOf(source, asked, projection);
  const whole = startingAt(source, asked, stretch, isForward);
  const most = asked.Limit ?? Number.MAX_SAFE_INTEGER;

  const items: Item[] = [];
  let count = 0;
  let scanned = 0;
  let bytes = 0;
  let last: Item | undefined;
  let isCut = false;
  const take = (text: string): void => {
    const item = source.read(text);
    const projected = source.projected(item);
    scanned++;
    bytes += itemSize(projected);
    last = item;
    if (filter === undefined || meets(projected, filter)) {
      count++;
      if (asked.Select !== 'COUNT') items.push(view(item));
    }
    isCut = scanned >= most || bytes >= PAGE_BYTES;
  };
  for (let rest: Stretch | undefined = whole; rest !== undefined && !isCut;) {
    rest = readSome(source, rest, isForward, (text) => {
      take(text);
      return !isCut;
    });
    if (rest !== undefined && !isCut) await new Promise((resolve) => setImmediate(resolve));
  }
  const units = Math.max(1, Math.ceil(bytes / READ_BYTES)) * (asked.ConsistentRead ? 1 : 0.5);
  return {
    ...(asked.Select === 'COUNT' ? {} : { Items: items }),
    Count: count,
    ScannedCount: scanned,
    ...(isCut && last !== undefined ? { LastEvaluatedKey: source.startKey(last) } : {}),
    ...consumed(asked.ReturnConsumedCapacity, source.table.record().name, units),
  };
}

/**
 * Takes keys while `take` wants more, but only so many in one go: a page may be of many thousands of items, and others wait. Answers with
 * what is left of the stretch, undefined at its end. Meanwhile keys may come and go, as on AWS.
 */
function readSome(
  { keys }: Source,
  { from, to }: Stretch,
  isForward: boolean,
  take: (text: string) => boolean,
): Stretch | undefined {
  let taken = 0;
  for (const text of isForward ? keys.upFrom(from) : keys.downFrom(to)) {
    if (isForward ? text >= to : text < from) return undefined;
    taken++;
    if (!take(text) || taken === IN_ONE_GO) return isForward ? { from: past(text), to } : { from, to: text };
  }
  return undefined;
}

function filterOf({ FilterExpression }: Asked, placeholders: Placeholders): Condition | undefined {
  return FilterExpression === undefined
    ? undefined
    : parseCondition(FilterExpression, 'FilterExpression', placeholders);
}

function viewOf(source: Source, asked: Asked, projection: readonly Path[] | undefined): (item: Item) => Item {
  const { Select, ConsistentRead } = asked;
  const { index } = source;
  if (ConsistentRead && index?.isGlobal === true) {
    throw invalid('Consistent reads are not supported on global secondary indexes');
  }
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && index === undefined) {
    throw invalid('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  }
  if (Select === 'SPECIFIC_ATTRIBUTES' && projection === undefined) {
    throw invalid('Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES');
  }
  if (projection !== undefined && Select !== undefined && Select !== 'SPECIFIC_ATTRIBUTES') {
    throw invalid(
      `Cannot specify the ProjectionExpression when choosing to get ${Select === 'COUNT' ? 'only the Count' : Select}`,
    );
  }
  if (Select === 'ALL_ATTRIBUTES' && index?.isGlobal === true && index.projected !== null) {
    throw invalid(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
  }
  // A local index fetches from its table what it does not hold; a global one cannot.
  if (projection !== undefined) {
    return index?.isGlobal === true
      ? (item) => project(source.projected(item), projection)
      : (item) => project(item, projection);
  }
  return Select === 'ALL_ATTRIBUTES' ? (item) => item : source.projected;
}

function startingAt(source: Source, asked: Asked, stretch: Stretch, isForward: boolean): Stretch {
  const { ExclusiveStartKey } = asked;
  if (ExclusiveStartKey === undefined || ExclusiveStartKey === null) return stretch;
  const text = source.textOfStart(readItem(ExclusiveStartKey));
  if (text < stretch.from || text >= stretch.to) {
    throw invalid('The provided starting key is outside query boundaries based on provided conditions');
  }
  return isForward ? { from: past(text), to: stretch.to } : { from: stretch.from, to: text };
}

function segmentOf(segment: number | undefined, total: number | undefined): Stretch {
  if (segment === undefined && total === undefined) return { from: '', to: past('') };
  if (total === undefined) {
    throw invalid(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  }
  if (segment === undefined) {
    throw invalid(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  }
  if (segment >= total) {
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  }
  return {
    from: segmentStart(segment, total),
    to: segment + 1 === total ? past('') : segmentStart(segment + 1, total),
  };
}

function refuseKeysIn(filter: Condition, { shape }: Source): void {
  const keys = namesOf(shape);
  const name = topNamesOf(filter).find((one) => keys.includes(one));
  if (name !== undefined) {
    throw invalid(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`);
  }
}

/** The attributes that a condition looks at. */
function topNamesOf(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return [...topNamesOf(condition.left), ...topNamesOf(condition.right)];
    case 'not':
      return topNamesOf(condition.inner);
    case 'exists':
    case 'type':
      return topName(condition.path);
    case 'compare':
      return namesIn([condition.left, condition.right]);
    case 'between':
      return namesIn([condition.operand, condition.low, condition.high]);
    case 'in':
      return namesIn([condition.operand, ...condition.among]);
    case 'begins':
    case 'contains':
      return namesIn([condition.operand, condition.part]);
  }
}

function namesIn(operands: readonly Operand[]): readonly string[] {
  return operands.flatMap((operand) => (operand.kind === 'value' ? [] : topName(operand.path)));
}

function topName([name]: Path): readonly string[] {
  return typeof name === 'string' ? [name] : [];
}
