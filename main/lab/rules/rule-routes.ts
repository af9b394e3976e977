/** The topic rule operations of IoT. */
import { booleanOf, checkedBody, nameOf, nextPage, pageOf } from '../iot/input.ts';
import type { Registry, Tags } from '../iot/registry.ts';
import { forgottenTags, initialTags, tagsSchema } from '../iot/tags.ts';
import { AwsError, type LabIdentity, type RestInput, type RestRoute } from '../services.ts';
import type { Rule, RuleBook } from './rule-book.ts';
import { parseRulePayload } from './rule-payload.ts';
import { matchesFilter } from './topic-filter.ts';

const MOST_RULES = 1000;
const PAGES = { tokenName: 'nextToken', sizeName: 'maxResults', largest: 10_000 };

/** `registry` keeps the tags of rules. */
export function ruleRoutes(book: RuleBook, registry: Registry, identity: LabIdentity): readonly RestRoute[] {
  const arnOf = (ruleName: string): string => registry.arn('rule', ruleName);

  /** To a rule that does not exist AWS answers as to one that is not ours. */
  const ruleOf = (input: RestInput): Rule => {
    const ruleName = ruleNameOf(input);
    const rule = book.get(ruleName);
    if (rule === undefined) {
      throw new AwsError('UnauthorizedException', `Access to topic rule '${ruleName}' was denied`, 401);
    }
    return rule;
  };

  const enable = (input: RestInput, isEnabled: boolean): object => {
    const rule = ruleOf(input);
    const { ruleName, createdAt, statement, ...payload } = rule;
    book.save(ruleName, createdAt, { ...payload, ruleDisabled: !isEnabled }, statement);
    return {};
  };

  return [
    {
      method: 'POST',
      path: '/rules/{ruleName}',
      name: 'CreateTopicRule',
      handle: (input) => {
        const ruleName = ruleNameOf(input);
        const tags = tagsOf(input);
        const { payload, statement } = parseRulePayload(input.body, identity);
        if (book.get(ruleName) !== undefined) {
          throw new AwsError('ResourceAlreadyExistsException', `Rule already exists with name ${ruleName}`, 409, {
            resourceId: ruleName,
            resourceArn: arnOf(ruleName),
          });
        }
        if (book.all().length >= MOST_RULES) {
          throw new AwsError('LimitExceededException', `An account has at most ${MOST_RULES} rules.`, 410);
        }
        const tagging = initialTags(registry, arnOf(ruleName), tags);
        book.save(ruleName, Date.now() / 1000, payload, statement, tagging);
        return {};
      },
    },
    {
      method: 'PATCH',
      path: '/rules/{ruleName}',
      name: 'ReplaceTopicRule',
      handle: (input) => {
        const { ruleName, createdAt } = ruleOf(input);
        const { payload, statement } = parseRulePayload(input.body, identity);
        book.save(ruleName, createdAt, payload, statement);
        return {};
      },
    },
    {
      method: 'GET',
      path: '/rules/{ruleName}',
      name: 'GetTopicRule',
      handle: (input) => {
        const rule = ruleOf(input);
        return { ruleArn: arnOf(rule.ruleName), rule: { ...rule, statement: undefined } };
      },
    },
    {
      method: 'GET',
      path: '/rules',
      name: 'ListTopicRules',
      handle: (input) => {
        const topic = input.query.get('topic');
        const isDisabled = input.query.has('ruleDisabled') ? booleanOf(input, 'ruleDisabled') : undefined;
        const wanted = book
          .all()
          .filter(({ statement }) => topic === null || listensTo(statement.topicFilter, topic))
          .filter(({ ruleDisabled }) => isDisabled === undefined || ruleDisabled === isDisabled);
        const { items, next } = pageOf(input, wanted, PAGES, ({ ruleName }) => ruleName);
        return {
          rules: items.map(({ ruleName, statement, createdAt, ruleDisabled }) => ({
            ruleArn: arnOf(ruleName),
            ruleName,
            topicPattern: statement.topicFilter,
            createdAt,
            ruleDisabled,
          })),
          ...nextPage('nextToken', next),
        };
      },
    },
    {
      method: 'DELETE',
      path: '/rules/{ruleName}',
      name: 'DeleteTopicRule',
      handle: (input) => {
        const { ruleName } = ruleOf(input);
        book.remove(ruleName, forgottenTags(registry, arnOf(ruleName)));
        return {};
      },
    },
    {
      method: 'POST',
      path: '/rules/{ruleName}/enable',
      name: 'EnableTopicRule',
      handle: (input) => enable(input, true),
    },
    {
      method: 'POST',
      path: '/rules/{ruleName}/disable',
      name: 'DisableTopicRule',
      handle: (input) => enable(input, false),
    },
  ];
}

function ruleNameOf(input: RestInput): string {
  return nameOf(input.params['ruleName'], 'ruleName', /^[a-zA-Z0-9_]+$/, 128);
}

/** Tags of a rule come in a header, in the form of a query. */
function tagsOf({ headers }: RestInput): Tags {
  const given = new URLSearchParams(headers['x-amz-tagging'] ?? '');
  return checkedBody(
    [...given].map(([Key, Value]) => ({ Key, Value })),
    tagsSchema,
  );
}

/** A topic, or a filter taken literally. */
function listensTo(filter: string, topic: string): boolean {
  return filter === topic || matchesFilter(filter, topic);
}
