/** What the walk has made: every step with what exists, and where to go from here. */
import { useTranslation } from 'react-i18next';
import type { ThingStep } from '../../../preload/shapes-provisioning.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Icon } from '../../parts/icon.tsx';
import { goTo } from '../../state/route.ts';
import type { ThingDraft } from '../../state/thing-draft.ts';
import { FIRST_SETTINGS, subscribeTo } from '../../state/topics.ts';
import styles from './provision.module.css';

type ThingMadeProps = {
  readonly draft: ThingDraft;
  readonly steps: readonly ThingStep[];
  readonly onClose: () => void;
};

export function ThingMade({ draft, steps, onClose }: ThingMadeProps) {
  const { t } = useTranslation();
  const isAllMade = steps.every(({ state }) => state === 'done');
  const failure = steps.find(({ state }) => state === 'failed')?.error ?? null;
  return (
    <div className={styles['form']}>
      <p className={styles['lead']}>{isAllMade ? t('walk.made', { name: draft.name }) : t('walk.notMade')}</p>
      <ol className={styles['steps']}>
        {steps.map(({ id, state, detail }) => (
          <li key={id} data-state={state}>
            <Icon name={state === 'done' ? 'check' : state === 'failed' ? 'warning' : 'right'} size={14} />
            <span>{t(`walk.done.${id}`)}</span>
            <code>{detail === '' && id === 'type' ? t('walk.none') : detail}</code>
            <span className={styles['quiet']}>{t(`walk.stepState.${state}`)}</span>
          </li>
        ))}
      </ol>
      {failure !== null && <ErrorNotice error={failure} />}
      {isAllMade && (
        <div>
          <Button
            icon="topics"
            onClick={() => {
              subscribeTo(draft.topic, FIRST_SETTINGS);
              goTo('topics');
              onClose();
            }}
          >
            {t('walk.openTopic')}
          </Button>
        </div>
      )}
    </div>
  );
}
