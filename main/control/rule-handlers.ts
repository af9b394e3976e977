/** The window's calls of the Rules page. */
import type { CallInput, CallName, CallOutput } from '../../preload/contract.ts';
import { ensureBucket } from '../cloud/pipeline.ts';
import { ruleCode } from '../cloud/rule-code.ts';
import { makeStream } from '../cloud/rule-places.ts';
import { putRule, removeRule, setRuleEnabled } from '../cloud/rules.ts';
import { createTable } from '../cloud/tables.ts';
import type { Control } from './control.ts';

type RuleCall = Extract<CallName, `rules.${string}`>;

export type RuleHandlers = {
  readonly [Name in RuleCall]: (input: CallInput<Name>) => CallOutput<Name> | Promise<CallOutput<Name>>;
};

export function ruleHandlers({ rules, connection }: Control): RuleHandlers {
  const clients = () => connection().clients;
  /** The list is right again before the window hears that it is done. */
  const changed = async (work: Promise<void>): Promise<null> => {
    await work;
    await rules.refresh();
    return null;
  };
  return {
    'rules.try': (input) => rules.try(input),
    'rules.put': ({ form, isNew }) => changed(putRule(clients(), form, isNew)),
    'rules.setEnabled': ({ name, isEnabled }) => changed(setRuleEnabled(clients(), name, isEnabled)),
    'rules.remove': ({ name }) => changed(removeRule(clients(), name)),
    'rules.code': ({ form }) => ruleCode(form),
    'rules.messages': ({ name }) => rules.messages(name),
    'rules.makeBucket': ({ name }) => changed(ensureBucket(clients(), name)),
    'rules.makeTable': async ({ name, hash, range }) => {
      await createTable(clients(), { name, key: { hash, range } }, rules.stopping);
      return changed(Promise.resolve());
    },
    'rules.makeStream': ({ name, bucket }) => {
      const { target } = connection();
      return changed(makeStream(clients(), { name, bucket, roleArn: target.roleArn }, rules.stopping));
    },
  };
}
