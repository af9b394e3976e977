/** What the window may ask about provisioning and about what Isobar made. */
import type { CallInput, CallName, CallOutput } from '../../preload/contract.ts';
import { listChoices } from '../cloud/enrolment.ts';
import { devicePolicy, fleetPolicy } from '../cloud/policy.ts';
import type { Control } from './control.ts';
import { createSingleThing } from './single-thing.ts';

type Names =
  | 'provision.dryRun'
  | 'provision.start'
  | 'provision.act'
  | 'provision.suggestPolicy'
  | 'things.choices'
  | 'things.suggestPolicy'
  | 'things.create'
  | 'ledger.teardown';

type Answers = {
  readonly [Name in CallName & Names]: (input: CallInput<Name>) => CallOutput<Name> | Promise<CallOutput<Name>>;
};

export function provisionHandlers(control: Control): Answers {
  const { provisioner } = control;
  return {
    'provision.dryRun': (wish) => provisioner.dryRun(wish),
    'provision.start': (wish) => provisioner.start(wish),
    'provision.act': async ({ action }) => {
      await provisioner.act(action);
      return null;
    },
    'provision.suggestPolicy': () => ({ document: JSON.stringify(fleetPolicy(control.connection().target), null, 2) }),
    'things.choices': () => listChoices(control.connection().clients),
    'things.suggestPolicy': ({ name, topic }) => ({
      document: JSON.stringify(devicePolicy(control.connection().target, name, topic), null, 2),
    }),
    'things.create': (wish) => createSingleThing({ ...control, connection: control.connection() }, wish),
    'ledger.teardown': ({ account }) => {
      control.teardown.start(account);
      return null;
    },
  };
}
