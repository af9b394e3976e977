/** The texts of a rule's actions that hold templates, to be filled in for a real message before the rule is deployed. */
import type { RuleActionForm, RuleForm, TriedTemplate } from '../../preload/shapes-rules.ts';

export function isTemplate(text: string): boolean {
  return text.includes('${');
}

/** Each once. */
export function templatesOf({ actions, errorAction }: RuleForm): readonly TriedTemplate[] {
  const all = errorAction === null ? actions : [...actions, errorAction];
  const found = all.flatMap((action) => {
    const isTopic = action.kind === 'republish';
    return textsOf(action)
      .filter(isTemplate)
      .map((text) => ({ text, isTopic }));
  });
  return found.filter(
    ({ text, isTopic }, index) =>
      found.findIndex((other) => other.text === text && other.isTopic === isTopic) === index,
  );
}

function textsOf(action: RuleActionForm): readonly string[] {
  switch (action.kind) {
    case 'firehose':
      return [action.stream];
    case 's3':
      return [action.bucket, action.key];
    case 'dynamoDBv2':
      return [action.table];
    case 'dynamoDB': {
      const { table, hashKeyField, hashKeyValue, rangeKeyField, rangeKeyValue, payloadField } = action;
      return [table, hashKeyField, hashKeyValue, rangeKeyField, rangeKeyValue, payloadField];
    }
    case 'republish':
      return [action.topic];
  }
}
