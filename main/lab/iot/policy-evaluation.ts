/** Decides whether policies allow an action of a connection, and says why. Pure: everything it needs is handed in. */
import type { PolicyDocument, PolicyStatement } from './policy-document.ts';

export type IotAction =
  | 'iot:Connect'
  | 'iot:Publish'
  | 'iot:RetainPublish'
  | 'iot:Subscribe'
  | 'iot:Receive'
  | 'iot:GetThingShadow'
  | 'iot:UpdateThingShadow'
  | 'iot:DeleteThingShadow'
  | 'iot:ListNamedShadowsForThing'
  | 'iot:GetRetainedMessage'
  | 'iot:ListRetainedMessages';

/** What policy variables and condition keys say of a connection. */
export type PolicyContext = {
  readonly clientId: string;
  /** The thing named like the client id, when it is attached to the certificate. */
  readonly thingName: string | undefined;
  readonly isThingAttached: boolean;
};

export type NamedPolicy = { readonly name: string; readonly document: PolicyDocument };

export type Decision = {
  readonly isAllowed: boolean;
  readonly action: IotAction;
  readonly resource: string;
  /** One line for a person: the deciding statement, or that none allows it. */
  readonly reason: string;
};

/** An explicit Deny wins, then an Allow; without either the answer is no. */
export function evaluatePolicies(
  policies: readonly NamedPolicy[],
  action: IotAction,
  resource: string,
  context: PolicyContext,
): Decision {
  const matching = policies.flatMap(({ name, document }) =>
    document.Statement.flatMap((statement, index) =>
      applies(statement, action, resource, context) ? [{ effect: statement.Effect, name, index, statement }] : [],
    ),
  );
  const deciding = matching.find(({ effect }) => effect === 'Deny') ?? matching[0];
  const isAllowed = deciding?.effect === 'Allow';
  return { isAllowed, action, resource, reason: reasonOf(policies, action, resource, deciding) };
}

type Match = {
  readonly effect: string;
  readonly name: string;
  readonly index: number;
  readonly statement: PolicyStatement;
};

function reasonOf(policies: readonly NamedPolicy[], action: string, resource: string, deciding?: Match): string {
  if (policies.length === 0) return `${action} on ${resource} is refused: no policy is attached to the certificate`;
  if (deciding === undefined) {
    const names = policies.map(({ name }) => `"${name}"`).join(', ');
    return `${action} on ${resource} is refused: no statement of ${names} allows it`;
  }
  const { effect, name, index, statement } = deciding;
  const which = statement.Sid === undefined ? `statement ${index + 1}` : `statement "${statement.Sid}"`;
  return `${action} on ${resource} is ${effect === 'Allow' ? 'allowed' : 'refused'} by ${which} of "${name}"`;
}

function applies(statement: PolicyStatement, action: string, resource: string, context: PolicyContext): boolean {
  return (
    // AWS compares action names without regard to case.
    statement.Action.some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase())) &&
    statement.Resource.some((pattern) => matchesWithVariables(pattern, resource, context)) &&
    conditionsHold(statement, context)
  );
}

function conditionsHold({ Condition }: PolicyStatement, context: PolicyContext): boolean {
  if (Condition === undefined) return true;
  const every = (
    block: Readonly<Record<string, readonly string[]>> | undefined,
    holds: (actual: string, wanted: string) => boolean,
  ): boolean =>
    Object.entries(block ?? {}).every(([key, wanted]) => {
      const actual = variable(key, context);
      return actual !== undefined && wanted.some((value) => holds(actual, value));
    });
  return (
    every(Condition.StringEquals, (actual, wanted) => actual === substitute(wanted, context)) &&
    every(Condition.StringLike, (actual, wanted) => matchesWithVariables(wanted, actual, context)) &&
    every(Condition.Bool, (actual, wanted) => actual === wanted.toLowerCase())
  );
}

/** Undefined where the connection has no such value: then the statement does not apply. */
function variable(name: string, context: PolicyContext): string | undefined {
  switch (name.toLowerCase()) {
    case 'iot:clientid':
      return context.clientId;
    case 'iot:connection.thing.thingname':
      return context.thingName;
    case 'iot:connection.thing.isattached':
      return String(context.isThingAttached);
    default:
      return undefined;
  }
}

const VARIABLE = /\$\{([^}]*)\}/;

function substitute(text: string, context: PolicyContext): string | undefined {
  const parts = text.split(VARIABLE);
  const values = parts.map((part, index) => (index % 2 === 0 ? part : variable(part, context)));
  return values.includes(undefined) ? undefined : values.join('');
}

/** Wildcards of the pattern count, those inside a variable's value do not: a client id "*" must not open everything. */
function matchesWithVariables(pattern: string, text: string, context: PolicyContext): boolean {
  const tokens: Token[] = [];
  for (const [index, part] of pattern.split(VARIABLE).entries()) {
    if (index % 2 === 0) {
      tokens.push(...wildTokens(part));
      continue;
    }
    const value = variable(part, context);
    if (value === undefined) return false;
    tokens.push(...literalTokens(value));
  }
  return matchesTokens(tokens, text);
}

/** `*` is any text, also with slashes; `?` one character; MQTT's `+` and `#` are plain characters here. */
function matchesPattern(pattern: string, text: string): boolean {
  return matchesTokens(wildTokens(pattern), text);
}

const ANY_TEXT = Symbol('*');
const ANY_CHARACTER = Symbol('?');
type Token = string | typeof ANY_TEXT | typeof ANY_CHARACTER;

function wildTokens(text: string): Token[] {
  return [...text].map((character) => (character === '*' ? ANY_TEXT : character === '?' ? ANY_CHARACTER : character));
}

function literalTokens(text: string): Token[] {
  return [...text];
}

/** Greedy with one way back to the last `*`, so that no pattern can take exponential time. */
function matchesTokens(pattern: readonly Token[], text: string): boolean {
  const characters = [...text];
  let at = 0;
  let position = 0;
  let star = -1;
  let starPosition = 0;
  while (position < characters.length) {
    const token = pattern[at];
    if (token === ANY_TEXT) {
      star = at++;
      starPosition = position;
    } else if (token !== undefined && (token === ANY_CHARACTER || token === characters[position])) {
      at++;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++starPosition;
    } else {
      return false;
    }
  }
  while (pattern[at] === ANY_TEXT) at++;
  return at === pattern.length;
}
