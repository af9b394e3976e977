/** The last failure of a rule or of one of its actions, with the step that mends it one click away. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FailureCause } from '../../../preload/shapes-trace.ts';
import type { ListedRule, RuleFailure, RulesState } from '../../../preload/shapes-rules.ts';
import { Button } from '../../parts/button.tsx';
import { FailureNotice } from '../../parts/failure-notice.tsx';
import { notifyDone, notifyError } from '../../state/notices.tsx';
import { goTo } from '../../state/route.ts';
import { editRule, useRules } from '../../state/rules.ts';
import { call } from '../../state/window-app.ts';
import { useFormat } from '../../text/use-format.ts';

type RuleFailedProps = { readonly rule: ListedRule; readonly failure: RuleFailure };

export function RuleFailed({ rule, failure }: RuleFailedProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { cause, resource, message, at } = failure;
  const isThere = useRules(({ state }) => isThereNow(state, cause, resource));
  return (
    <FailureNotice
      cause={cause}
      resource={resource}
      message={message}
      when={t('failure.at', { time: format.clock(at) })}
      cured={isThere ? t('failure.isThere') : null}
      step={isThere ? undefined : <Step rule={rule} failure={failure} />}
    />
  );
}

/** Whether what was missing when it failed has been made since. */
function isThereNow(state: RulesState | null, cause: FailureCause, resource: string): boolean {
  if (state === null) return false;
  switch (cause) {
    case 'noBucket':
      return state.buckets.includes(resource);
    case 'noStream':
      return state.streams.includes(resource);
    case 'noTable':
      return state.tables.includes(resource);
    default:
      return false;
  }
}

function Step({ rule: { form, isEditable }, failure: { cause, resource } }: RuleFailedProps) {
  const { t } = useTranslation();
  const courseBucket = useRules(({ state }) => state?.courseBucket ?? '');
  switch (cause) {
    case 'noBucket':
      return (
        <MakeButton name={resource} make={() => call('rules.makeBucket', { name: resource })}>
          {t('failure.makeBucket')}
        </MakeButton>
      );
    case 'noStream':
      return (
        <MakeButton name={resource} make={() => call('rules.makeStream', { name: resource, bucket: courseBucket })}>
          {t('failure.makeStream')}
        </MakeButton>
      );
    case 'tooBusy':
      return (
        <Button small icon="stations" onClick={() => goTo('stations')}>
          {t('failure.slowDown')}
        </Button>
      );
    default:
      // A table needs keys, which the builder asks for.
      return (
        <Button small icon="braces" disabled={!isEditable} onClick={() => editRule(form)}>
          {t(cause === 'noTable' ? 'failure.makeTable' : 'failure.mend')}
        </Button>
      );
  }
}

type MakeButtonProps = {
  readonly name: string;
  readonly make: () => Promise<null>;
  readonly children: string;
};

function MakeButton({ name, make, children }: MakeButtonProps) {
  const { t } = useTranslation();
  const [isMaking, setIsMaking] = useState(false);
  const run = (): void => {
    setIsMaking(true);
    make()
      .then(() => notifyDone(t('rules.made', { name }), ''), notifyError)
      .finally(() => setIsMaking(false));
  };
  return (
    <Button small icon="plus" disabled={isMaking} onClick={run}>
      {isMaking ? t('rules.making') : children}
    </Button>
  );
}
